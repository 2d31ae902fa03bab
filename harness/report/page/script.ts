/** What a page does beyond HTML: filters its list, opens what a link names, copies a command. Without it all is there as a table. */
export const SCRIPT = `
(() => {
  'use strict';
  const form = document.querySelector('form.filter');
  const rows = [...document.querySelectorAll('.list > tbody > tr')];
  const texts = rows.map((row) =>
    [...row.querySelectorAll('summary .id, summary .name, .statement')].map((part) => part.textContent).join(' ').toLowerCase());
  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const picks = ['area', 'level', 'verdict'].map((name) => [name, form.elements[name]?.value ?? '']);
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = picks.every(([name, value]) => value === '' || row.dataset[name] === value)
        && words.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      if (fits) shown++;
    });
    form.querySelector('output').textContent = shown === rows.length ? rows.length + ' shown' : shown + ' of ' + rows.length + ' shown';
    document.querySelector('.none').hidden = shown > 0;
  };
  const reveal = () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row === null || !rows.includes(row)) return;
    if (row.hidden) { form.reset(); apply(); }
    row.querySelector('details').open = true;
    row.scrollIntoView();
  };
  if (form !== null) {
    form.hidden = false;
    form.addEventListener('input', apply);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', () => setTimeout(apply));
    document.addEventListener('click', (event) => {
      const link = event.target.closest('a[data-area]');
      if (link === null) return;
      form.reset();
      form.elements.area.value = link.dataset.area;
      apply();
    });
    apply();
    addEventListener('hashchange', reveal);
    reveal();
  }
  for (const button of document.querySelectorAll('.copy button')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const command = button.parentElement.querySelector('pre');
      try {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(command);
        button.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
  }
})();
`;
