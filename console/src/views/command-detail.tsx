// One command: what was asked, what it decided, and what it changed.

import type { ComponentChildren } from 'preact';
import type {
  HistoryAsked,
  HistoryChange,
  HistoryCheck,
  HistoryCommand,
  HistoryOperation,
  HistoryPlace,
  HistoryValue,
} from '../../../src/api/history.ts';
import { get } from '../api/http.ts';
import { inNamespace } from '../api/paths.ts';
import { Sentence } from '../history/commands.tsx';
import { storyOf } from '../history/story.ts';
import { At, Facts } from '../parts/bits.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Detail } from '../parts/frame.tsx';
import { count, moment, shown } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { addressOf, namespace } from '../state/route.ts';
import { isViewId } from '../state/views.ts';

interface Page {
  readonly commands: readonly HistoryCommand[];
}

export function CommandDetail({ position }: { readonly position: number }) {
  const path = inNamespace(namespace.value, `/history?after=${Math.max(0, position - 1)}&limit=1`);
  const { answer, problem } = useLive(() => get<Page>(path), path, 'once');
  const command = answer?.body.commands.find((one) => one.position === position);
  return (
    <Detail kind="Position" title={`@${count(position)}`}>
      {problem && !answer && <ReadFault problem={problem} scope={`names:read:${namespace.value}:*`} />}
      {answer && !command && <p class="quiet">The log has nothing at this position.</p>}
      {command && <Told command={command} />}
    </Detail>
  );
}

function Told({ command }: { readonly command: HistoryCommand }) {
  const story = storyOf(command);
  const { operations, changes, failedCheck } = command;
  return (
    <>
      <p class={`lead ${story.verdict}`}>
        <Sentence story={story} />
      </p>
      <Facts
        facts={[
          ['Written at', moment(command.writtenAt)],
          ['Kind', command.kind],
          ['Verdict', VERDICTS[story.verdict]],
          ...(story.by === undefined ? [] : [['Decided by', <At key="by" position={story.by} />] as const]),
          ...(story.about ? [['About', <About key="about" {...story.about} />] as const] : []),
        ]}
      />
      {operations.checks.length > 0 && (
        <Block title="If">
          {operations.checks.map((check, index) => (
            <li key={JSON.stringify(check)} class={index === failedCheck ? 'failed' : ''}>
              {checkText(check)}
              {index === failedCheck && ' – did not hold'}
            </li>
          ))}
        </Block>
      )}
      <Operations title={operations.checks.length > 0 ? 'Then' : 'Asked'} operations={operations.then} />
      {operations.else.length > 0 && <Operations title="Else" operations={operations.else} />}
      {changes.length > 0 && (
        <Block title="Changed">
          {changes.map((change) => (
            <li key={JSON.stringify(change)}>{changeText(change)}</li>
          ))}
        </Block>
      )}
      {command.truncated && <p class="quiet">The command is too large to be told whole.</p>}
    </>
  );
}

const VERDICTS = {
  decided: 'changed the state',
  lost: 'lost: a condition did not hold',
  nothing: 'changed nothing',
} as const;

function About({ resource, name }: { readonly resource: string; readonly name: string }) {
  if (!isViewId(resource)) return <>{name}</>;
  return <a href={addressOf({ view: resource, item: name })}>{`${resource} ${name}`}</a>;
}

function Block({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <>
      <h3>{title}</h3>
      <ul class="code-lines">{children}</ul>
    </>
  );
}

interface OperationsProps {
  readonly title: string;
  readonly operations: readonly HistoryOperation[];
}

function Operations({ title, operations }: OperationsProps) {
  if (operations.length === 0) return null;
  return (
    <Block title={title}>
      <Steps operations={operations} />
    </Block>
  );
}

function Steps({ operations }: Pick<OperationsProps, 'operations'>) {
  return (
    <>
      {operations.map((operation) => (
        <li key={JSON.stringify(operation)}>
          {operation.kind === 'transaction' ? <Nested {...operation} /> : operationText(operation)}
        </li>
      ))}
    </>
  );
}

function Nested({ checks, then, else: otherwise }: HistoryAsked) {
  return (
    <>
      if {checks.map(checkText).join(' and ')}
      <ul>
        <Steps operations={then} />
      </ul>
      {otherwise.length > 0 && (
        <>
          else
          <ul>
            <Steps operations={otherwise} />
          </ul>
        </>
      )}
    </>
  );
}

function checkText(check: HistoryCheck): string {
  const to = check.to === undefined ? `base64 ${check.toBase64 ?? ''}` : JSON.stringify(check.to);
  return `${check.target} of ${placeText(check)} ${check.is} ${to}`;
}

function operationText(operation: Exclude<HistoryOperation, HistoryAsked>): string {
  switch (operation.kind) {
    case 'compact':
      return `compact up to ${operation.position}`;
    case 'put':
    case 'put-numbered':
      return `${operation.kind} ${placeText(operation)} = ${quoted(operation)}${leaseText(operation.lease)}`;
    case 'add':
      return `add ${operation.by} to ${placeText(operation)}`;
    case 'grant':
      return `grant ${placeText(operation)} for ${count(operation.ttlMs)} ms`;
    case 'expire':
      return `end ${placeText(operation)} if it was last renewed at ${count(operation.renewedAt)}`;
    default:
      return `${operation.kind} ${placeText(operation)}`;
  }
}

/** So that an empty value shows, too. */
function quoted(value: HistoryValue): string {
  return value.value === undefined ? shown(value) : JSON.stringify(value.value);
}

function leaseText(lease: string | undefined): string {
  return lease === undefined ? '' : `, with lease ${lease}`;
}

function placeText({ resource, name, prefix, ofLease, token, member, key, keyBase64 }: HistoryPlace): string {
  if (resource === undefined) return key ?? `base64 ${keyBase64 ?? ''}`;
  const part = [
    ofLease === undefined ? '' : ` place of ${ofLease}`,
    token === undefined ? '' : ` token ${token}`,
    member === undefined ? '' : ` member ${member}`,
  ].join('');
  return `${resource}/${name ?? `${prefix ?? ''}*`}${part}`;
}

function changeText(change: HistoryChange): string {
  const text = (entry: HistoryChange['before']) =>
    entry ? `${quoted(entry)} (version ${entry.version})` : 'nothing';
  return `${placeText(change)}: ${text(change.before)} → ${text(change.after)}`;
}
