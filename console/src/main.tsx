// The console: starts the pulse and shows the page.

import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/lists.css';
import './styles/detail.css';
import './styles/timeline.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { listenForShortcuts } from './shortcuts.ts';
import './state/preferences.ts';
import { startPulse } from './state/pulse.ts';

startPulse();
listenForShortcuts();
const place = document.getElementById('console');
if (place) render(<App />, place);
