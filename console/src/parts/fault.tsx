// What went wrong, in the place where it did: the code of the API, what it says, and whether anything
// happened.

import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/http.ts';
import { forgetToken } from '../state/session.ts';

/** @param scope the permission that the view needs, as a token names it */
export function ReadFault({ problem, scope }: { readonly problem: Problem; readonly scope: string }) {
  if (problem.code === 'unauthenticated') return null;
  if (problem.code === 'forbidden') {
    return (
      <Panel code={problem.code} title="No scope of the token allows this view">
        <p>
          It needs <code class="scope">{scope}</code>
        </p>
        <button type="button" onClick={forgetToken}>
          Use another token
        </button>
      </Panel>
    );
  }
  const title = problem.code === 'unreachable' ? 'The server does not answer' : problem.detail;
  return (
    <Panel code={problem.code} title={title}>
      <p class="quiet">The console asks again as soon as it can.</p>
    </Panel>
  );
}

interface ChangeFaultProps {
  readonly problem: Problem;
  /** What the reader can do where the outcome is unknown. */
  readonly advice?: string | undefined;
  /** Sends the same change again under the same key; undefined where it has none. */
  readonly again?: (() => void) | undefined;
}

export function ChangeFault({ problem, advice, again }: ChangeFaultProps) {
  const { code, detail, definite } = problem;
  return (
    <div class={`fault ${definite ? 'refused' : 'unknown'}`} role="alert">
      <p>
        <code class="code">{code}</code> {detail}
      </p>
      <p class="effect">
        {definite ? 'Nothing happened.' : `It may have happened. ${advice ?? ''}`}
        {!definite && again && (
          <button type="button" onClick={again}>
            Ask again under the same key
          </button>
        )}
      </p>
    </div>
  );
}

interface PanelProps {
  readonly code: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

function Panel({ code, title, children }: PanelProps) {
  return (
    <div class="panel" role="alert">
      <p class="panel-title">
        {title} <code class="code">{code}</code>
      </p>
      {children}
    </div>
  );
}
