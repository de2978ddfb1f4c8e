"""The benchmarks: `make bench` compares a load with the bare exchange call it cannot do without."""
