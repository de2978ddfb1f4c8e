// Asks through one of the clients for Node: reads what to ask from stdin as JSON, prints each answer or error.
"use strict";
const fs = require("fs");

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const P = "/public/api/ver1/accounts";

const clients = {
  "3commas-api-node": () => {
    const ThreeCommas = require("3commas-api-node");
    const client = new ThreeCommas({ url: asked.url, apiKey: asked.key, apiSecret: asked.secret });
    return {
      list: () => client.accounts(),
      account: (id) => client.makeRequest("GET", `${P}/${id}?`, null), // it has no verb of its own for these
      chart: (id, since) => client.makeRequest("GET", `${P}/${id}/balance_chart_data?`, { date_from: since }),
      load: (id) => client.accountLoadBalances(id),
      rename: (id, name) => client.accountRename({ account_id: id, name }),
      pie: (id) => client.accountPieChartData(id),
      table: (id) => client.accountTableData(id),
      markets: () => client.accountsMarketList(),
    };
  },
  "3commas-typescript": () => {
    const { API } = require("3commas-typescript");
    const client = new API({ key: asked.key, secrets: asked.secret });
    client.axios.interceptors.request.use((config) => ({
      ...config,
      baseURL: asked.url,
      url: config.url.replace("https://api.3commas.io", asked.url),
    }));
    return {
      list: () => client.getExchange(),
      account: (id) => client.getAccountInfo(id),
      chart: (id, since) => client.getBalanceChartData(id, { date_from: since }),
      load: (id) => client.loadBalances(id),
      rename: (id, name) => client.renameExchangeAccount(id, name),
      pie: (id) => client.getPieChartData(id),
      table: (id) => client.getAccountTableData(id),
      markets: () => client.getMarketList(),
    };
  },
};

async function outcome(call) {
  try {
    const value = await call();
    return value && value.error ? { error: JSON.stringify(value) } : { value };
  } catch (refused) {
    return { error: refused instanceof Error ? String(refused) : JSON.stringify(refused) };
  }
}

async function main() {
  const client = clients[asked.client]();
  const outcomes = [];
  for (const [verb, ...rest] of asked.calls) outcomes.push(await outcome(() => client[verb](...rest)));
  process.stdout.write(JSON.stringify(outcomes));
}

main();
