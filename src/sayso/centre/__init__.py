"""The privacy centre: where a customer sees, decides, corrects, downloads and deletes."""
