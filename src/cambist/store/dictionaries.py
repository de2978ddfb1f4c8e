"""What documents have in common, for compressing them: never changed, since what is kept is read by it.

zlib notes in a document whether, and by which dictionary (its Adler-32), it was compressed: documents from
before there was one are read as they are. What is most common stands last.
"""

_CODES = (
    "LTC BCH ETC XLM TRX ATOM NEAR APT ARB OP INJ SUI SEI TIA FIL ICP HBAR VET ALGO AAVE UNI LDO MKR CRV "
    "COMP SNX GRT SAND MANA AXS APE PEPE SHIB BONK WIF TON BNB XRP DOGE ADA AVAX DOT LINK MATIC POL SOL ETH "
    "DAI FDUSD TUSD EUR USD USDC USDT BTC"
)

HOLDINGS = (
    '"funding","earn","unified","trading","margin",["'
    + '","'.join(_CODES.split())
    + '"],["0.00000000","0.00000000","0","0","0","0","0","0","0","0"],[],[],[],[]]],'
    '{"USDC":{"BTC":"1","USD":{"EUR":"1.0","USDT":{"'
    + '":"0.0","'.join(_CODES.split())
    + '":"0.0"}},{"USDT":["USDT","1",[],null],"BTC":["BTC","1",[],null]}]'
    '[[["spot","2026-01-01T00:00:00.000000Z",false,["'
).encode()

RECEIPT = (
    b'{"load_id":"","cause":"command line","cause":"refresher","at":"2026-01-01T00:00:00.000000Z","market":"'
    b'kraken","market":"okex","market":"bybit_spot","market":"binance_us","market":"binance","stablecoins":'
    b'"reference","tickers":"binance ","numeraire":{"btc_usd":"","source":"BTC/USDC","source":"BTC/USDT",'
    b'"source":"BTC/USD","quotes":{"BTC":{"numerator":"1","denominator":"1"},"EUR":{"numerator":"1",'
    b'"denominator":""},"USDC":{"numerator":"1","denominator":""},"USD":{"numerator":"1","denominator":""},'
    b'"USDT":{"numerator":"1","denominator":""}},"order":["USD","USDC","USDT","BTC"]},"calls":[{"method":'
    b'"POST","path":"/","status":200,"bytes":,"ms":,"weight":null,"sha256":""},{"method":"GET","path":'
    b'"/api/v3/account","status":200,"bytes":,"ms":,"weight":20,"sha256":""}],"missing":[{"wallet":"",'
    b'"reason":""}],"unpriced":[],"starts":{"day":{"btc":"0.","usd":"","rate":"1"},"month":{"btc":"0.",'
    b'"usd":"","rate":"1"},"total":{"btc":"0.","usd":"","rate":"1"}},"figures":{"currency":"USD","btc":"0.",'
    b'"usd":"","display":"","day":{"btc":{"amount":"-0.","percent":"-0."},"usd":{"amount":"-","percent":"-0."'
    b'},"display":{"amount":"-","percent":"-0."}},"month":{"btc":{"amount":"0.","percent":"0"},"usd":{"amount'
    b'":"","percent":"0"},"display":{"amount":"","percent":"0"}},"total":{"btc":{"amount":"0.","percent":"0"}'
    b',"usd":{"amount":"","percent":"0"},"display":{"amount":"","percent":"0"}}},"coverage":{"wallets":['
    b'"funding","earn","spot"],"not_covered":[]},"quarantined":[]}'
)
