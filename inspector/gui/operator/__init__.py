"""The operator view: verdict, counts, last failure and what to do, for somebody who stands three metres away."""
