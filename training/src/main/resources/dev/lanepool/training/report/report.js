"use strict";
(() => {
  const NARROW = 560;
  const PRINTED = 660; // pixels between the margins of a sheet, A4 or Letter
  const MOST_DOTS = 2000;
  const result = JSON.parse(document.getElementById("result").textContent);
  const root = document.documentElement;
  const family = getComputedStyle(document.body).fontFamily;
  const mono = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';
  let drawn = [];

  const color = name => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const format = value => value === null || value === undefined ? "-" : value.toFixed(Math.abs(value) < 1000 ? 4 : 1);

  /* A tooltip made of text nodes: a label can hold anything, and none of it becomes an element. */
  const tip = lines => {
    const box = document.createElement("div");
    lines.forEach(line => box.appendChild(document.createElement("div")).textContent = line);
    return box;
  };

  const base = () => ({
    animation: false,
    textStyle: { fontFamily: family, color: color("ink") },
    tooltip: { confine: true, backgroundColor: color("paper"), borderColor: color("rule"),
      textStyle: { color: color("ink"), fontSize: 13 }, extraCssText: "white-space:normal;overflow-wrap:anywhere;max-width:20rem" },
  });

  const valueAxis = more => ({
    type: "value",
    axisLabel: { color: color("muted"), hideOverlap: true },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: color("rule") } },
    nameTextStyle: { color: color("muted") },
    ...more,
  });

  const categoryAxis = more => ({
    type: "category",
    axisLabel: { color: color("muted"), hideOverlap: true },
    axisLine: { lineStyle: { color: color("rule") } },
    axisTick: { show: false },
    nameTextStyle: { color: color("muted") },
    ...more,
  });

  const ranked = () => {
    const lower = root.dataset.lower === "true";
    const mean = row => row.metrics[result.metric].mean;
    return [...result.results].sort((a, b) => mean(a) === null || mean(b) === null ? (mean(a) === null) - (mean(b) === null)
      : lower ? mean(a) - mean(b) : mean(b) - mean(a));
  };

  /* Bars from zero, or dots on a scale that fits the data, each with its interval. */
  const scores = (width, closer) => {
    const rows = ranked();
    const all = rows.map(row => row.metrics[result.metric]);
    const narrow = width < NARROW;
    const bar = narrow ? 12 : 16;
    const fill = row => row.pooling === result.best ? color("accent") : row.p_value === null || row.p_value >= 0.05 ? color("near")
      : color("far");
    const ends = all.flatMap(score => score.interval || (score.mean === null ? [] : [score.mean]));
    const reach = Math.max(...ends);
    const baseline = result.baseline[result.metric].mean;
    const limits = {};
    if (closer) {
      const low = Math.min(...ends);
      const margin = (reach - low) * 0.04 || 0.01;
      const round = 10 ** Math.max(0, 1 - Math.floor(Math.log10(Math.max(reach - low, 1e-6))));
      limits.min = Math.floor((low - margin) * round) / round;
      limits.max = Math.ceil((reach + margin) * round) / round;
      limits.axisLabel = { color: color("muted"), hideOverlap: true, showMinLabel: false, showMaxLabel: false };
    } else if (root.dataset.lower !== "true" && reach > 0.5 && reach <= 1) {
      limits.max = 1;
    } else if (baseline > reach) { // or its line would lie outside
      const tenth = 10 ** Math.floor(Math.log10(baseline)) / 5;
      limits.max = Math.ceil(baseline * 1.02 / tenth) * tenth;
    }
    const whisker = (params, api) => {
      const score = all[params.dataIndex];
      const at = value => api.coord([value, params.dataIndex]);
      const y = at(0)[1];
      const children = [];
      const line = (x1, y1, x2, y2) => children.push({ type: "line", shape: { x1, y1, x2, y2 },
        style: { stroke: color("ink"), lineWidth: 1.5 } });
      if (score.interval) {
        const [left, right] = score.interval.map(value => at(value)[0]);
        line(left, y, right, y);
        line(left, y - 4, left, y + 4);
        line(right, y - 4, right, y + 4);
      }
      if (closer && score.mean !== null) {
        children.push({ type: "circle", shape: { cx: at(score.mean)[0], cy: y, r: 5 },
          style: { fill: fill(rows[params.dataIndex]), stroke: color("ink") } });
      }
      return { type: "group", children };
    };
    const names = rows.map(row => row.pooling);
    const series = [{ type: "custom", renderItem: whisker, z: 5, data: all.map((score, i) => [score.mean === null ? 0 : score.mean, i]),
      tooltip: { show: true } }];
    if (!closer) {
      series.unshift({ type: "bar", barWidth: bar, data: rows.map((row, i) => ({ value: all[i].mean, itemStyle: { color: fill(row) } })),
        markLine: baseline === null ? undefined : { silent: true, symbol: "none", data: [{ xAxis: baseline }], label: { show: false },
          lineStyle: { color: color("ink"), type: "dashed", width: 1.5 } } });
    }
    const step = narrow ? 44 : 30;
    const labels = narrow
      ? { inside: true, align: "left", verticalAlign: "bottom", padding: [0, 0, bar / 2 + 3, -5], width: width - 80,
          textBorderColor: color("paper"), textBorderWidth: 3 }
      : { width: 250, margin: 10 };
    return { height: rows.length * step + 40, option: { ...base(),
      tooltip: { ...base().tooltip, trigger: "item", formatter: params => {
        const row = rows[params.dataIndex];
        const score = all[params.dataIndex];
        return tip([row.pooling, root.dataset.title + " " + format(score.mean),
          ...score.interval ? ["95% interval " + score.interval.map(format).join(" to "), "sd " + format(score.sd)] : [],
          ...row.p_value === null ? [] : ["p " + row.p_value.toFixed(3)], row.dimension + " dimensions"]);
      } },
      grid: { left: narrow ? 6 : 264, right: 66, top: 6, bottom: 28 },
      xAxis: valueAxis(limits),
      yAxis: [
        categoryAxis({ data: names, inverse: true, z: 10, axisLabel: { color: color("ink"), fontFamily: mono, fontSize: 12,
          overflow: "truncate", interval: 0, ...labels } }),
        categoryAxis({ data: all.map(score => format(score.mean)), inverse: true, position: "right", axisLine: { show: false },
          axisLabel: { color: color("ink"), interval: 0, fontSize: 12 } }),
      ],
      series } };
  };

  const curves = width => {
    const chosen = document.getElementById("curves-of");
    const folds = result.results.find(row => row.pooling === chosen.value).training;
    const epochs = Math.max(...folds.map(fold => fold.loss.length));
    const withDev = folds.some(fold => fold.dev_loss.length > 0);
    const stacked = width < NARROW;
    const titles = withDev ? ["training loss", "dev loss"] : ["training loss"];
    const names = Array.from({ length: epochs }, (_, i) => i + 1);
    const place = i => !withDev ? { left: 56, right: 16, top: 34, height: 200 } : stacked
      ? { left: 56, right: 16, top: 34 + i * 270, height: 190 }
      : { left: i === 0 ? 56 : width / 2 + 56, width: width / 2 - 80, top: 34, height: 210 };
    return { height: withDev && stacked ? 540 : 290, option: { ...base(),
      title: titles.map((text, i) => ({ text, left: place(i).left - 56, top: place(i).top - 34, padding: 5,
        textStyle: { fontSize: 14, fontWeight: "normal", color: color("ink"), fontFamily: family } })),
      tooltip: { ...base().tooltip, trigger: "axis", formatter: params => tip(["epoch or iteration " + params[0].name,
        ...params.map(line => line.seriesName + ": " + format(line.value))]) },
      grid: titles.map((_, i) => place(i)),
      xAxis: titles.map((_, i) => categoryAxis({ gridIndex: i, data: names, name: "epoch or iteration", nameLocation: "middle", nameGap: 24 })),
      yAxis: titles.map((_, i) => valueAxis({ gridIndex: i, scale: i === 1 })),
      series: titles.flatMap((_, i) => folds.map((fold, f) => ({ type: "line", name: "fold " + (f + 1), xAxisIndex: i, yAxisIndex: i,
        data: i === 0 ? fold.loss : fold.dev_loss, symbol: "circle", symbolSize: 4, showSymbol: epochs < 30,
        lineStyle: { width: 1.5, color: color("series-" + (1 + f % 6)) }, itemStyle: { color: color("series-" + (1 + f % 6)) } }))) } };
  };

  const scatter = width => {
    const { truth, predicted } = result.predictions;
    const every = Math.ceil(truth.length / MOST_DOTS);
    const dots = truth.map((value, i) => [value, predicted[i]]).filter(([a, b], i) => i % every === 0 && a !== null && b !== null);
    const low = Math.min(...dots.flat());
    const high = Math.max(...dots.flat());
    const margin = (high - low) * 0.03 || 1;
    const range = { min: low - margin, max: high + margin,
      axisLabel: { color: color("muted"), hideOverlap: true, showMinLabel: false, showMaxLabel: false } };
    const side = Math.min(width, 520);
    return { height: side, width: side, option: { ...base(),
      tooltip: { ...base().tooltip, trigger: "item", formatter: params => tip(["label " + format(params.value[0]),
        "predicted " + format(params.value[1])]) },
      grid: { left: 58, right: 14, top: 14, bottom: 46 },
      xAxis: valueAxis({ ...range, name: "label", nameLocation: "middle", nameGap: 28 }),
      yAxis: valueAxis({ ...range, name: "predicted", nameLocation: "middle", nameGap: 40 }),
      series: [{ type: "scatter", symbolSize: 5, data: dots, itemStyle: { color: color("accent"), opacity: 0.45 },
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: color("ink"), type: "dashed", width: 1.5 },
          data: [[{ coord: [low, low] }, { coord: [high, high] }]] } }] } };
  };

  const layers = width => {
    const count = result.layers + 1;
    const lines = result.tasks.flatMap((task, t) => Object.entries(task.scores).map(([reading, scores], r) => ({ type: "line",
      name: task.task + ", " + reading, data: scores.map(score => score.mean), symbol: "circle", symbolSize: 6,
      lineStyle: { color: color("series-" + (1 + t % 6)), type: r === 0 ? "solid" : "dashed", width: 2 },
      itemStyle: { color: color("series-" + (1 + t % 6)) } })));
    return { height: width < NARROW ? 320 : 380, option: { ...base(),
      tooltip: { ...base().tooltip, trigger: "axis", formatter: params => tip(["layer " + params[0].name,
        ...params.map(line => line.seriesName + ": " + format(line.value))]) },
      grid: { left: 62, right: 14, top: 14, bottom: 46 },
      xAxis: categoryAxis({ data: Array.from({ length: count }, (_, i) => i), name: "layer", nameLocation: "middle", nameGap: 28 }),
      yAxis: valueAxis({ scale: true, name: root.dataset.title, nameLocation: "middle", nameGap: 40 }),
      series: lines } };
  };

  const charts = { scores: width => scores(width, false), closer: width => scores(width, true), curves, scatter, layers };

  const draw = printed => {
    drawn.forEach(chart => chart.dispose());
    drawn = [...document.querySelectorAll("[data-chart]")].map(place => {
      const available = printed ? PRINTED : place.clientWidth;
      const { option, height, width = available } = charts[place.dataset.chart](available);
      place.style.height = height + "px";
      const chart = echarts.init(place, null, { renderer: "svg", width, height });
      chart.setOption(option);
      return chart;
    });
  };

  document.querySelectorAll("[hidden]").forEach(part => part.hidden = false);
  const chosen = document.getElementById("curves-of");
  if (chosen) {
    chosen.addEventListener("change", () => draw(false));
  }
  draw(false);
  let width = root.clientWidth;
  window.addEventListener("resize", () => {
    if (width !== root.clientWidth && !root.classList.contains("print")) { // a phone's browser bar changes the height alone
      width = root.clientWidth;
      draw(false);
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));
  window.addEventListener("beforeprint", () => {
    root.classList.add("print");
    draw(true);
  });
  window.addEventListener("afterprint", () => {
    root.classList.remove("print");
    draw(false);
  });
})();
