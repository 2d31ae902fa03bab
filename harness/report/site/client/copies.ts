/// <reference lib="dom" />
/** Copies a command at the press of its button; where the clipboard is closed, selects it. */
export function listenForCopies(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('.copy button') : null;
    const command = button?.parentElement?.querySelector('pre');
    if (button == null || command == null) return;
    const answer = (text: string): void => {
      button.textContent = text;
      setTimeout(() => (button.textContent = 'Copy'), 2000);
    };
    navigator.clipboard.writeText(command.textContent).then(
      () => answer('Copied'),
      () => {
        getSelection()?.selectAllChildren(command);
        answer('Selected');
      },
    );
  });
}
