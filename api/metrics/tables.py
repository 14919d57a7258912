"""What was measured of the site as a whole; nothing in it is about anybody."""

from piccolo.columns import DoublePrecision, Timestamptz, Varchar
from piccolo.table import Table


class SiteFigure(Table, tablename="site_figure"):
    """A figure as a job measured it last, for every process to tell."""

    name = Varchar(length=64, primary_key=True, default=None)
    value = DoublePrecision(null=False, default=None)
    measured_at = Timestamptz(null=False)
