"""A replica of the edge's rows, held where the questions are asked. `sayso_sdk.Gate` is the way in.

clock     the time a lease is measured by             names     whom a reference means, hashed
wire      what the edge sends, read and checked       table     the head, compiled to answer quickly
events    the stream, cut into events                 patterns  sets of codes that many people share
line      the requests, over HTTP                     rows      one small number per name, in this process
lease     until when the copy may be believed         shared    the same in LMDB, for the processes of a host
feeder    the threads that keep a copy fresh          copies    one copy of the edge's rows, and its answers
"""
