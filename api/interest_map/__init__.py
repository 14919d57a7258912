"""The interest map: where what members wrote for a purpose lies by meaning, without saying who wrote what."""
