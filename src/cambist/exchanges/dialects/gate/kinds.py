"""What Gate's records of its spot account are about: by code, and by type, which it told before it had codes.

From "AccountBook code" and "AccountBook type" of its documentation, v4.106. What is in no table is a
transfer: to and from accounts and products that are not read, sub-accounts, loans against collateral, or what
Gate adds one day. It is a net flow then, so never profit, and shown with its sign.
"""

from cambist.core.ledger import EntryKind

_TRADES = (
    *("1", "2", "101", "102", "103", "116", "118", "120", "141", "142", "143", "144", "181", "182"),
    *("659", "660", "901", "902", "1301", "1302", "1307", "1310", "1311", "1312", "1322", "1323"),
    *("2601", "2602", "2603", "2604", "2605", "2606", "2607", "2608", "2609", "2610", "2611", "2612"),
    *("2613", "2615", "2616", "3701", "3702", "3703", "150101", "150102"),
    *("new_order", "cancel_order", "order_fill", "order_rej", "eth_swap", "dust_swap_dctd"),
    *("dust_swap_gt_add", "cv_buy", "cv_sell", "points_purchase"),
)
_FEES = (
    *("123", "125", "151", "152", "308", "319", "613", "616", "649", "696", "697", "1006", "1303", "2402"),
    *("2403", "3205", "3206", "3504", "3505", "3506", "3512", "3513", "3608", "3609", "4011", "5104", "5105"),
    *("5106", "110101", "110102"),
    *("order_fee", "system_fee", "dust_swap_fee", "c2c_fee", "lending_fee", "fct_fee", "fct_fee_refund"),
    *("quant_cmn_out", "quant_cmn_rtd"),
)
_REWARDS = (
    *(
        "109",
        "162",
        "164",
        "166",
        "191",
        "196",
        "401",
        "402",
        "403",
        "404",
        "405",
        "612",
        "623",
        "626",
        "627",
    ),
    *("628", "629", "669", "681", "688", "689", "723", "726", "730", "732", "736", "738", "739", "754"),
    *("1171", "1173", "1174", "1186", "1196", "1255", "2314", "2401", "2614", "2704", "2803", "2806", "2809"),
    *("2812", "2902", "2903", "2904", "2905", "2906", "3101", "3104", "3105", "3120", "3151", "3204", "3301"),
    *("3321", "3341", "3381", "3390", "3410", "3502", "3607", "3801", "3920", "3922", "4002", "4009", "6010"),
    *("110106", "120101", "120102", "120103", "140203", "140204", "160104", "160301", "160302", "160401"),
    *("160402", "160406", "160501", "170206"),
    *("referral_rebate", "sec_rebate_in", "ab_rebate", "eb_rebate", "u_rebate", "ads_rebate", "au_rebate"),
    *("pis_rebate", "pds_rebate", "pu_rebate", "deposit_bonus", "trading_rewards", "purchase_bonus"),
    *("airdrop", "award", "mining_rewards", "interest_in", "hodl_int", "slot_int_in", "str_int_in"),
    *("fct_rcvd", "quant_cmn_in"),
)
_INTEREST = ("111", "635", "643", "644", "657", "658", "672", "679", "685", "interest_out")
_DEPOSITS = (
    *("110", "112", "117", "121", "122", "124", "305", "322", "323", "324", "325", "326", "327", "330"),
    *("1907", "1908", "2650"),
    *("deposit", "deposit_rej", "deposit_gatecode", "deposit_fireblock", "deposit_copper", "deposit_finmo"),
    *("buy_cl", "buy_cc", "push_rcvd"),
)
_WITHDRAWALS = (
    *("4", "9", "17", "18", "19", "104", "113", "303", "304", "306", "328", "331", "1901", "1903", "1905"),
    *("1906", "2651", "3019", "3020"),
    *("withdraw", "withdraw_rej", "cancel_withdraw", "withdraw_gatecode", "withdraw_fireblock"),
    *("withdraw_copper", "push_dctd", "push_rcvd_dctd", "push_canceled", "push_rej"),
)

KINDS = {
    **dict.fromkeys(_TRADES, EntryKind.TRADE),
    **dict.fromkeys(_FEES, EntryKind.FEE),
    **dict.fromkeys(_REWARDS, EntryKind.REWARD),
    **dict.fromkeys(_INTEREST, EntryKind.INTEREST),
    **dict.fromkeys(_DEPOSITS, EntryKind.DEPOSIT),
    **dict.fromkeys(_WITHDRAWALS, EntryKind.WITHDRAWAL),
}

# What leaves the total as it is: set aside for orders and auctions; borrowed and paid back by the unified
# account, whose equity is net of debt; and what happened inside the isolated margin account.
WITHIN = frozenset(
    {
        *("131", "132", "171", "172", "670", "671", "cross_borrow", "cross_repay"),
        *("605", "606", "673", "674", "675", "676", "margin_borrow", "margin_repay", "margin_interest_out"),
    }
)

# To and from a wallet of ours that has no list of its own transfers, or tells them as this one does.
OTHER_END = {
    **dict.fromkeys(("601", "602", "margin_in", "margin_out"), "isolated_margin"),
    **dict.fromkeys(("661", "662", "lend", "redeem"), "earn"),
}

# Two records of one exchange of coins, with a fee where there is one, follow each other.
PAIRED = frozenset(
    {
        *("101", "102", "151", "new_order", "order_fill", "order_fee", "2601", "2602", "cv_buy", "cv_sell"),
        *("2605", "2606", "2607", "2608", "2609", "2610", "2612", "2613"),
    }
)
