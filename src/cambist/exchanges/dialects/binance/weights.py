"""What Binance's calls cost: of the limits of our address, and of those of the user whose keys are shown."""

from cambist.exchanges.budget import NOT_COUNTED, Weights

_USED = "X-MBX-USED-WEIGHT-1M"
# Counted in 3,000s, which all of these weights are made of: a budget keeps an item for each unit.
_UNIT = 3_000
_A_USER = 180_000 // _UNIT

# Binance's documentation of each path; all symbols. The paths of /api share one limit, as those of each kind
# of futures do; each path of /sapi has its own ("Each endpoint with IP limits has an independent 12000 per
# minute limit", General Info), and so has each that is counted by user (180,000 a minute).
_SAPI = {
    path: Weights(12_000, {path: weight}, used_header="X-SAPI-USED-IP-WEIGHT-1M")
    for path, weight in {
        "/sapi/v1/capital/config/getall": 10,
        "/sapi/v1/capital/deposit/address": 10,
        "/sapi/v1/capital/deposit/hisrec": 1,
        "/sapi/v1/account/apiRestrictions": 1,
        "/sapi/v1/asset/get-funding-asset": 1,
        "/sapi/v1/asset/wallet/balance": 60,
        "/sapi/v1/asset/transfer": 1,
        "/sapi/v1/asset/assetDividend": 10,
        "/sapi/v1/asset/dribblet": 1,
        "/sapi/v1/simple-earn/flexible/position": 150,
        "/sapi/v1/simple-earn/locked/position": 150,
        "/sapi/v1/simple-earn/flexible/history/rewardsRecord": 150,
        "/sapi/v1/simple-earn/locked/history/rewardsRecord": 150,
        "/sapi/v1/fiat/payments": 1,
        "/sapi/v1/c2c/orderMatch/listUserOrderHistory": 1,
        "/sapi/v1/margin/account": 10,
        "/sapi/v1/margin/isolated/account": 10,
        "/sapi/v1/margin/interestHistory": 1,
        "/sapi/v1/margin/myTrades": 10,
    }.items()
}
# Of fiat orders 45,000 is told as well as 90,000: the larger one is kept to.
_BY_USER = {
    "/sapi/v1/capital/withdraw/history": 18_000 // _UNIT,
    "/sapi/v1/fiat/orders": 90_000 // _UNIT,
    "/sapi/v1/convert/tradeFlow": 3_000 // _UNIT,
    "/sapi/v1/pay/transactions": 3_000 // _UNIT,
}

WEIGHTS = Weights(
    6_000,
    {
        "/api/v3/account": 20,
        "/api/v3/ticker/price": 4,
        "/api/v3/ticker/bookTicker": 4,
        "/api/v3/exchangeInfo": 20,
        "/api/v3/openOrders": 80,
        "/api/v3/klines": 2,
        "/api/v3/myTrades": 20,
        "/api/v3/time": 1,
        "/api/v3/ping": 1,
    },
    other=10,
    used_header=_USED,
    apart={
        **_SAPI,
        **dict.fromkeys(_BY_USER, NOT_COUNTED),
        "/fapi/": Weights(2_400, {"/fapi/v3/account": 5, "/fapi/v1/income": 30}, other=10, used_header=_USED),
        "/dapi/": Weights(2_400, {"/dapi/v1/account": 5, "/dapi/v1/income": 20}, other=10, used_header=_USED),
        "/papi/": Weights(
            6_000,
            {
                "/papi/v1/balance": 20,
                "/papi/v1/um/income": 30,
                "/papi/v1/cm/income": 30,
                "/papi/v1/margin/myTrades": 5,
                "/papi/v1/margin/marginInterestHistory": 1,
            },
            other=10,
            used_header=_USED,
        ),
    },
)
USER_WEIGHTS = Weights(
    _A_USER,
    {},
    other=0,
    apart={path: Weights(_A_USER, {path: weight}) for path, weight in _BY_USER.items()},
)
