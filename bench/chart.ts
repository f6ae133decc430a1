// Line charts on logarithmic axes, as SVG.

export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 60;
const RIGHT = 190;
const TOP = 40;
const BOTTOM = 50;
const COLORS = [
  '#1f77b4',
  '#d62728',
  '#2ca02c',
  '#9467bd',
  '#ff7f0e',
  '#17becf',
  '#8c564b',
  '#7f7f7f',
  '#e377c2',
];
const LINE_PX = 16;

/** Where a value is on an axis that shows whole powers of ten around all values. */
function logAxis(values: readonly number[], fromPx: number, toPx: number) {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const low = Math.floor(Math.min(...logs));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs) - 1e-9));
  const at = (value: number) => fromPx + ((Math.log10(value) - low) / (high - low)) * (toPx - fromPx);
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return { at, ticks };
}

export function drawn({ title, xLabel, series }: Chart): string {
  const all = series.flatMap(({ points }) => points.filter(([, y]) => y > 0));
  const x = logAxis(
    all.map((point) => point[0]),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = logAxis(
    all.map((point) => point[1]),
    HEIGHT - BOTTOM,
    TOP,
  );
  const levels = y.ticks.map((value) => {
    const at = y.at(value).toFixed(1);
    return (
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>` +
      `<text x="${LEFT - 6}" y="${Number(at) + 4}" text-anchor="end">${tickText(value)}</text>`
    );
  });
  const marks = x.ticks.map(
    (value) =>
      `<text x="${x.at(value).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tickText(value)}</text>`,
  );
  const curves = series.map(({ label, points }, index) => {
    const color = COLORS[index % COLORS.length];
    const places = points
      .filter(([, value]) => value > 0)
      .map(([at, value]) => `${x.at(at).toFixed(1)},${y.at(value).toFixed(1)}`);
    const captionY = TOP + 12 + LINE_PX * index;
    return (
      `<polyline points="${places.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>` +
      `<text x="${WIDTH - RIGHT + 12}" y="${captionY}" fill="${color}">${label}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-size="14">${title}</text>`,
    ...levels,
    ...marks,
    ...curves,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${xLabel}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function tickText(value: number): string {
  return value >= 1 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(1)));
}
