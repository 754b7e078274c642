"""Measurement system studies: plan one, judge blind, have the station judge, read the result."""
