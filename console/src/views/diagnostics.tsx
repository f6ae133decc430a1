// Diagnostics: what doctor finds in the store. The checks read whole logs, so they run when the reader asks.

import { useSignal } from '@preact/signals';
import { get } from '../api/http.ts';
import { listed, queryOf } from '../api/pages.ts';
import type { Diagnosis, Finding } from '../api/wire.ts';
import { Empty } from '../parts/bits.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Frame } from '../parts/frame.tsx';
import { KeyHint } from '../parts/key-hint.tsx';
import { counted } from '../parts/text.ts';
import { useLive } from '../state/live.ts';

export function DiagnosticsView() {
  const pages = useSignal(1);
  const load = () => findingsOf(pages.value);
  const { answer, problem, reload } = useLive(load, String(pages.value), 'once');
  const findings = answer?.body.rows ?? [];
  return (
    <Frame title="Diagnostics" note={answer && <Verdict findings={findings} />}>
      <p class="toolbar">
        <button type="button" onClick={reload} data-shortcut="c" aria-keyshortcuts="c">
          Check again <KeyHint name="c" />
        </button>
        {answer?.body.more && <span class="quiet">These are not all logs.</span>}
      </p>
      {problem && !answer && <ReadFault problem={problem} scope="diagnostics:read:*" />}
      {answer && findings.length === 0 && (
        <Empty title="No log was looked at" commands={['npm start -- doctor']}>
          Doctor looks at the same from the command line, also while no server runs.
        </Empty>
      )}
      {findings.length > 0 && (
        <ul class="findings">
          {findings.map((finding) => (
            <Found key={JSON.stringify(finding)} finding={finding} />
          ))}
        </ul>
      )}
      {answer?.body.more && (
        <button type="button" class="more" onClick={() => (pages.value += 1)}>
          Look at more logs
        </button>
      )}
    </Frame>
  );
}

function findingsOf(count: number) {
  return listed<Diagnosis, Finding>({
    count,
    ask: (next = {}) => get<Diagnosis>(`/v1/diagnostics${queryOf(next)}`),
    rowsOf: ({ findings }) => findings,
    nextOf: ({ next }) => (next === undefined ? undefined : { after: next }),
  });
}

/** As doctor says it: warnings and what could not be checked are no faults. */
function Verdict({ findings }: { readonly findings: readonly Finding[] }) {
  const of = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  if (of('fault') > 0) return <span class="bad">{counted(of('fault'), 'fault')}</span>;
  if (of('unknown') > 0) return <span class="warn">not all could be checked</span>;
  if (of('warning') > 0) return <span class="warn">sound, with {counted(of('warning'), 'warning')}</span>;
  return <span class="good">sound</span>;
}

function Found({ finding: { severity, log, what, advice } }: { readonly finding: Finding }) {
  return (
    <li class={`finding ${severity}`}>
      <span class="severity">{severity}</span>
      <span class="log">{log ?? 'the store'}</span>
      <span class="what">{what}</span>
      {advice && <span class="advice">{advice}</span>}
    </li>
  );
}
