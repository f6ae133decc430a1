// What a reader sets for all windows: the theme, and whether single keys are shortcuts.

import { effect, signal } from '@preact/signals';

const THEMES = ['system', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

const THEME = 'ordinal-theme';
const SHORTCUTS = 'ordinal-shortcuts';

export const theme = signal<Theme>(themeIn(localStorage.getItem(THEME)));

export const shortcutsOn = signal(localStorage.getItem(SHORTCUTS) !== 'off');

function themeIn(text: string | null): Theme {
  return THEMES.find((one) => one === text) ?? 'system';
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
}

effect(() => {
  localStorage.setItem(THEME, theme.value);
  document.documentElement.dataset['theme'] = theme.value;
});

effect(() => localStorage.setItem(SHORTCUTS, shortcutsOn.value ? 'on' : 'off'));
