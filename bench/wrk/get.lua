-- GET the address, over and over.
dofile(os.getenv("BENCH_WRK") .. "/result.lua")
response = nil
