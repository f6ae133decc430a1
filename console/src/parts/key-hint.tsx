// The key of a shortcut, beside what it does. `aria-keyshortcuts` says the same to those who do not see it.

export function KeyHint({ name }: { readonly name: string }) {
  return (
    <span class="key" aria-hidden="true">
      {name}
    </span>
  );
}
