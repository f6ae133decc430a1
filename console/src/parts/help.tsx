// The list of shortcuts, and the switch that turns single keys off.

import { createRef } from 'preact';
import { shortcutsOn } from '../state/preferences.ts';
import { VIEWS } from '../state/views.ts';

const dialog = createRef<HTMLDialogElement>();

const KEYS = [
  ['j, k or ↓, ↑', 'the next row, the row before'],
  ['Enter', 'open the row'],
  ['→, ←', 'open and close a folder of keys'],
  ['Esc', 'close what is open'],
  ['/', 'filter the list'],
  ['n', 'claim, put, create or open something new'],
  ['e', 'edit the open key'],
  ['c', 'check again, in Diagnostics'],
  ['r', 'read everything again'],
  ['t', 'change the theme'],
  ['Ctrl+Enter', 'send the text that you write'],
  ['?', 'this list'],
] as const;

export function openHelp(): void {
  dialog.current?.showModal();
}

export function Help() {
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title">
      <h2 id="help-title">Shortcuts</h2>
      <div class="columns">
        <dl>
          {KEYS.map(([key, text]) => (
            <Line key={key} name={key} text={text} />
          ))}
        </dl>
        <dl>
          {VIEWS.map(({ id, key, title }) => (
            <Line key={id} name={key} text={title} />
          ))}
        </dl>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={shortcutsOn.value}
          onChange={({ currentTarget }) => {
            shortcutsOn.value = currentTarget.checked;
          }}
        />
        Single keys are shortcuts
      </label>
      <p class="foot">
        <a href="/v1/openapi.json">The API as OpenAPI</a>
        <Licences />
        <button type="button" class="primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </p>
    </dialog>
  );
}

function Line({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div>
      <dt>
        <kbd>{name}</kbd>
      </dt>
      <dd>{text}</dd>
    </div>
  );
}

/** The address depends on the content; the page names it. */
function Licences() {
  const link = document.querySelector<HTMLLinkElement>('link[rel=license]');
  return <a href={link?.href ?? ''}>Licences of others</a>;
}
