// Small parts that many views show.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { addressOf } from '../state/route.ts';
import { token } from '../state/session.ts';
import { count } from './text.ts';

/** A position of the log. It leads to the command that is there. */
export function At({ position }: { readonly position: number }) {
  return (
    <a class="at" href={addressOf({ view: 'timeline', item: String(position) })}>
      @{count(position)}
    </a>
  );
}

/** A lease, which leads to its countdown. */
export function LeaseLink({ lease }: { readonly lease: string }) {
  return (
    <a class="lease" href={addressOf({ view: 'leases', item: lease })}>
      {lease}
    </a>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** The command lines that fill the view. */
  readonly commands: readonly string[];
}

export function Empty({ title, children, commands }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p class="quiet">{children}</p>}
      {commands.map((command) => (
        <Command key={command} text={command} />
      ))}
    </div>
  );
}

function Command({ text }: { readonly text: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    copied.value = true;
  };
  return (
    <div class="command">
      <code>{text}</code>
      <button type="button" onClick={() => void copy()}>
        {copied.value ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

/** A `curl` line for this server. */
export function curl(method: string, path: string, body?: object | string): string {
  const rights = token.value === '' ? '' : '-H "authorization: Bearer $ORDINAL_TOKEN" ';
  const target = `${rights}${location.origin}${path}`;
  if (body === undefined) return method === 'GET' ? `curl ${target}` : `curl -X ${method} ${target}`;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return `curl -X ${method} ${target} -H 'content-type: ${type}' -d '${text}'`;
}

interface FactsProps {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}

export function Facts({ facts }: FactsProps) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
