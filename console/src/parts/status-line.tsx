// The status line: whether the page is live, at which position, and the settings of the page.

import { nextTheme, theme } from '../state/preferences.ts';
import { type Link, link, position } from '../state/pulse.ts';
import { namespace } from '../state/route.ts';
import { forgetToken, token } from '../state/session.ts';
import { now } from '../state/waiting.ts';
import { openHelp } from './help.tsx';
import { KeyHint } from './key-hint.tsx';
import { count } from './text.ts';

export function StatusLine() {
  const { kind } = link.value;
  return (
    <footer class="status">
      <p class={`link ${kind}`} role="status">
        <span class="dot" aria-hidden="true" />
        {textOf(link.value)}
        {link.value.kind === 'down' && <Retry at={link.value.retryAt} />}
      </p>
      {position.value !== undefined && (
        <p class="position">
          {namespace.value} <span class="number">@{count(position.value)}</span>
        </p>
      )}
      <p class="settings">
        {token.value !== '' && (
          <button type="button" onClick={forgetToken}>
            Forget token
          </button>
        )}
        <button type="button" onClick={nextTheme} aria-keyshortcuts="t">
          Theme: {theme.value} <KeyHint name="t" />
        </button>
        <button type="button" onClick={openHelp} aria-keyshortcuts="?">
          Shortcuts <KeyHint name="?" />
        </button>
      </p>
    </footer>
  );
}

function textOf(link: Link): string {
  switch (link.kind) {
    case 'connecting':
      return 'Connecting';
    case 'live':
      return 'Live';
    case 'hidden':
      return 'Paused while nobody looks';
    case 'locked':
      return 'Waiting for a token';
    case 'polling':
      return `Looking every ${link.everyMs / 1000} s: no scope allows to watch`;
    case 'down':
      return link.problem.code === 'unreachable'
        ? 'The server does not answer. What you see is old.'
        : `No live data: ${link.problem.detail}`;
  }
}

/** Not spoken: it changes all the time. */
function Retry({ at }: { readonly at: number }) {
  const seconds = Math.max(0, Math.ceil((at - now.value) / 1000));
  return (
    <span class="retry" aria-hidden="true">
      {' '}
      {seconds === 0 ? 'Trying again …' : `Trying again in ${seconds} s`}
    </span>
  );
}
