"""Whether a page is valid HTML and names what is on it: what can be told from its source."""

from tests.markup.conformity import faults_in

__all__ = ["faults_in"]
