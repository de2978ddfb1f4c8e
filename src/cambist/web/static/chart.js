// Draws the chart of worth again where it can be hovered: places pixels, writes no money.
(() => {
  "use strict";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function draw(place) {
    const told = JSON.parse(place.querySelector("script").textContent);
    const reading = place.parentElement.querySelector("[data-reading]");
    const atRest = reading.textContent;
    const [left, right, bottom, top] = told.bounds;
    const text = new Map([...told.values, ...told.times]);
    const times = told.times.filter((_, number) => place.clientWidth > 560 || number % 2 === 0);
    const axis = (ticks) => ({
      stroke: () => colour("--soft"),
      font: "12.5px Inter, system-ui, sans-serif",
      ticks: { show: false },
      splits: () => ticks.map(([at]) => at),
      values: (_, at) => at.map((each) => text.get(each)),
    });
    const plot = new uPlot(
      {
        width: place.clientWidth,
        height: place.clientHeight,
        padding: [8, 0, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false }, points: { size: 8, fill: () => colour("--chart") } },
        scales: { x: { range: () => [left, right] }, y: { range: () => [bottom, top] } },
        axes: [
          { ...axis(times), grid: { show: false }, size: 24 },
          { ...axis(told.values), grid: { stroke: () => colour("--line"), width: 1 }, size: 64 },
        ],
        series: [{}, { stroke: () => colour("--chart"), fill: () => `${colour("--chart")}12`, width: 1.5, points: { show: false } }],
        hooks: {
          setCursor: [
            (u) => {
              const number = u.cursor.idx;
              reading.textContent = number == null ? atRest : `${told.time[number]}: ${told.text[number]}`;
            },
          ],
        },
      },
      [told.x, told.y],
      place,
    );
    place.querySelector(".drawn").remove();
    const sizes = new ResizeObserver(() => {
      if (place.isConnected && place.contains(plot.root)) plot.setSize({ width: place.clientWidth, height: place.clientHeight });
      else sizes.disconnect();
    });
    sizes.observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false));
  }

  const drawAll = () => document.querySelectorAll(".chart:has(> .drawn)").forEach(draw);
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
})();
