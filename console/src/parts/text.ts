// Numbers, sizes, times and values as people read them.

import type { Value } from '../api/wire.ts';

const whole = new Intl.NumberFormat('en');

export function count(value: number): string {
  return whole.format(value);
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `850 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The moment as a clock of this place shows it, with the day where it is not today. */
export function moment(ms: number): string {
  const date = new Date(ms);
  const pad = (value: number, length = 2) => String(value).padStart(length, '0');
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time}`;
}

/** A value on one line. */
export function shown({ value, valueBase64 }: Value): string {
  if (value !== undefined) return value.replaceAll(/\s+/gu, ' ');
  return `base64 ${valueBase64 ?? ''}`;
}

/** A value on many lines: JSON is indented. */
export function spread({ value, valueBase64 }: Value): string {
  if (value === undefined) return valueBase64 ?? '';
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? JSON.stringify(parsed, undefined, 2) : value;
  } catch {
    return value;
  }
}

export function bytesOf({ value, valueBase64 }: Value): number {
  if (value !== undefined) return new TextEncoder().encode(value).length;
  return atob(valueBase64 ?? '').length;
}
