"""Brightside Ads: an ad company that keeps a list of people, and is told by Sayso who is on it."""
