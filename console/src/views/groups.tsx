// Groups and their members.

import { get } from '../api/http.ts';
import { inNamespace } from '../api/paths.ts';
import type { Group, Groups, Member, Members } from '../api/wire.ts';
import { At, curl, LeaseLink } from '../parts/bits.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Detail } from '../parts/frame.tsx';
import { afterName, type Listing, ListView } from '../parts/list-view.tsx';
import { count, shown } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { namespace } from '../state/route.ts';
import { Past } from './past.tsx';

const listing: Listing<Groups, Group> = {
  resource: 'groups',
  title: 'Groups',
  noun: 'group',
  nameOf: ({ name }) => name,
  columns: [{ title: 'Members', cell: ({ members }) => count(members), end: true }],
  rowsOf: ({ groups }) => groups,
  nextOf: ({ groups, more }) => afterName({ more, rows: groups }, ({ name }) => name),
  empty: {
    title: 'No group has members',
    text: 'A member is kept by a lease, and leaves the group when its lease ends.',
    command: (name) =>
      curl('PUT', inNamespace(name, '/groups/workers/worker-1'), { ttlMs: 60_000, metadata: 'eu-west-1' }),
  },
  detail: (name) => <GroupDetail key={name} name={name} />,
};

export function GroupsView() {
  return <ListView listing={listing} />;
}

function GroupDetail({ name }: { readonly name: string }) {
  const path = inNamespace(namespace.value, `/groups/${encodeURIComponent(name)}`);
  const { answer, problem } = useLive(() => get<Members>(path), path);
  return (
    <Detail kind="Group" title={name}>
      {problem && !answer && <ReadFault problem={problem} scope={`groups:read:${namespace.value}:${name}`} />}
      {answer?.body.members.length === 0 && <p class="quiet">The group has no members.</p>}
      {answer && answer.body.members.length > 0 && (
        <table class="rows plain">
          <caption class="visually-hidden">Members of {name}</caption>
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">Lease</th>
              <th scope="col">Metadata</th>
              <th scope="col" class="end">
                Joined at
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.body.members.map((member) => (
              <MemberRow key={member.name} member={member} />
            ))}
          </tbody>
        </table>
      )}
      <Past resource="groups" name={name} />
    </Detail>
  );
}

function MemberRow({ member }: { readonly member: Member }) {
  const { name, lease, joined, metadata, metadataBase64 } = member;
  const value = {
    ...(metadata === undefined ? {} : { value: metadata }),
    ...(metadataBase64 === undefined ? {} : { valueBase64: metadataBase64 }),
  };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <LeaseLink lease={lease} />
      </td>
      <td class="value">{metadata === undefined && metadataBase64 === undefined ? '' : shown(value)}</td>
      <td class="end">
        <At position={joined} />
      </td>
    </tr>
  );
}
