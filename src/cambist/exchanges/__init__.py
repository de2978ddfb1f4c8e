"""The only room that knows ccxt: which exchanges there are, how they are asked, what their answers mean."""
