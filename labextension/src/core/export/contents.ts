import { countText, VariableTable } from '../bundle/variable-table';
import type { IContext } from '../context';
import { checkbox, foldable, userText } from '../dom/controls';
import { h, replaceChildren, type Child } from '../dom/elements';
import { icon } from '../dom/icons';
import { DIM, NUMBER, WARNING } from '../dom/styles';
import type { IExportEstimate, IExportOptions, IExportVariable } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { formatSize } from '../text/figures';
import { plural } from '../text/translate';

/** Room for README, report, pins and the description of the crate. */
const DOCUMENT_BYTES = 40_000;

/** Options that are switched on or off. */
type Flag = 'without_data' | 'without_files' | 'with_models' | 'slice' | 'sign';

/** What an export writes, with sizes, before it is written; the secrets in it, and the choice to export them. */
export class ExportContents {
  readonly element = h('div', { class: 'nbmv-export-contents' });
  private readonly _allowed = new Set<string>();
  private readonly _summary = h('p', { 'aria-live': 'polite' });
  private readonly _ticked = new Set<Flag>();
  private _table: VariableTable<IExportVariable> | undefined;
  private readonly _controller = new AbortController();

  constructor(
    private readonly _ctx: IContext,
    private readonly _id: string
  ) {
    void this._load();
  }

  options(): IExportOptions {
    const names = this._table?.names;
    return {
      ...(this._allowed.size ? { allow_secrets: [...this._allowed] } : {}),
      ...(names ? { names } : {}),
      ...Object.fromEntries([...this._ticked].map(flag => [flag, true]))
    };
  }

  dispose(): void {
    this._controller.abort();
  }

  private async _load(): Promise<void> {
    const { t } = this._ctx;
    replaceChildren(this.element, h('p', DIM, t('Reading the variables…')));
    try {
      const found = await this._ctx.query('estimate', { id: this._id }, { signal: this._controller.signal });
      replaceChildren(this.element, this._draw(found));
    } catch (error) {
      if (!(error instanceof Failure)) {
        throw error;
      }
      replaceChildren(this.element, h('p', DIM, t('The sizes are not known:'), ' ', userText(error.message)));
    }
  }

  private _draw(found: IExportEstimate): Child {
    const { t } = this._ctx;
    const label = t('Variables in the file');
    const sum = (): void => {
      this._summary.textContent = this._sum(found);
    };
    const table = (this._table = new VariableTable<IExportVariable>(t, found.variables, {
      label,
      heading: t('as a file'),
      note: one => this._drawFile(one),
      onChange: sum
    }));
    sum();
    return [
      this._summary,
      this._drawSecrets(found),
      found.variables.length ? table.element : null,
      found.inputs.length
        ? foldable(t('Files that the cells read ({n})', { n: found.inputs.length }), this._drawInputs(found), false)
        : null,
      this._drawOptions(found, sum),
      found.modules.length
        ? foldable(t('Modules ({n})', { n: found.modules.length }), drawModules(found.modules), false)
        : null
    ];
  }

  /** What goes in with the present options, and its size at most. */
  private _sum(found: IExportEstimate): string {
    const { t } = this._ctx;
    const { variables, modules, cells, notebook_bytes, packages, group_bytes } = found;
    const names = this._table?.names;
    const isData = (one: IExportVariable): boolean => this._ticked.has('without_data') && one.kind === 'dataset';
    const chosen = variables.filter(one => (!names || names.includes(one.name)) && !isData(one));
    const inputs = this._ticked.has('without_data') || this._ticked.has('without_files') ? [] : found.inputs;
    const kept = inputs.filter(one => one.is_kept);
    const files = [...chosen.map(one => one.file_bytes), ...[...modules, ...kept].map(one => one.size_bytes)];
    const left = variables.filter(one => !chosen.includes(one)).reduce((sum, one) => sum + one.size_bytes, 0);
    const fixed = Math.max(0, group_bytes - left) + 2 * notebook_bytes + DOCUMENT_BYTES;
    const most = files.reduce((sum, size) => sum + size, fixed);
    const parts = [
      countText(t, chosen.length, variables.length),
      ...(kept.length ? [plural(t, kept.length, '{n} input file', '{n} input files')] : []),
      t('the notebook with {cells} ({size})', {
        cells: plural(t, cells, '{n} cell', '{n} cells'),
        size: formatSize(notebook_bytes)
      }),
      ...(modules.length ? [plural(t, modules.length, '{n} module', '{n} modules')] : []),
      t('the environment with {packages}', { packages: plural(t, packages, '{n} package', '{n} packages') })
    ];
    return t('At most {size}: {parts}.', { size: formatSize(most), parts: parts.join(', ') });
  }

  private _drawInputs({ inputs }: IExportEstimate): HTMLElement {
    const rows = inputs.map(({ path, size_bytes, is_kept, reason }) =>
      h(
        'tr',
        {},
        h('td', {}, h('bdi', { dir: 'ltr' }, path), is_kept ? null : h('div', DIM, userText(reason))),
        h('td', NUMBER, formatSize(size_bytes))
      )
    );
    return h('table', { class: 'nbmv-table' }, h('tbody', {}, rows));
  }

  private _drawOptions({ variables, inputs }: IExportEstimate, changed: () => void): HTMLElement {
    const { t } = this._ctx;
    const tick = (flag: Flag, label: string): HTMLElement =>
      checkbox({
        label,
        checked: false,
        onChange: on => {
          this._ticked[on ? 'add' : 'delete'](flag);
          changed();
        }
      });
    const has = (kind: string): boolean => variables.some(one => one.kind === kind);
    const body = h(
      'div',
      {},
      has('dataset') || inputs.length ? tick('without_data', t('Leave out datasets and input files')) : null,
      inputs.length ? tick('without_files', t('Leave out input files')) : null,
      has('model') ? tick('with_models', t('Models in open formats as well, which loads them')) : null,
      tick('slice', t('Only the cells on which the variables depend, in replay.ipynb')),
      tick('sign', t('Sign it with your key')),
      checkbox({
        label: t('A notebook that carries the bundle, up to 20 MB'),
        checked: false,
        onChange: on => {
          this._rename(on);
        }
      })
    );
    return foldable(t('Options'), body, false);
  }

  /** Gives the file the name of a notebook, or that of a zip file. The form checks the name as if it was typed. */
  private _rename(asNotebook: boolean): void {
    const file = this.element.closest('form')?.querySelector<HTMLInputElement>('input[type=text]');
    if (file) {
      const stem = file.value.replace(/(\.nbmv)?\.(zip|ipynb)$/, '');
      file.value = `${stem}.nbmv.${asNotebook ? 'ipynb' : 'zip'}`;
      file.dispatchEvent(new Event('input'));
    }
  }

  private _drawFile(one: IExportVariable): Child {
    const { t } = this._ctx;
    if (one.problem) {
      return h('span', WARNING, userText(one.problem));
    }
    if (one.needs_trust) {
      return h('span', WARNING, t('pickle only: needs trust'));
    }
    if (!one.format) {
      return h('span', DIM, t('only nbmodelver reads it'));
    }
    const size = formatSize(one.file_bytes);
    return one.is_exact ? `${one.format}, ${size}` : t('{format}, about {size}', { format: one.format, size });
  }

  private _drawSecrets({ variables, modules }: IExportEstimate): Child {
    const { t } = this._ctx;
    const found = [
      ...variables.map(({ name, secret }) => ({ name, secret })),
      ...modules.map(({ path, secret }) => ({ name: path, secret }))
    ].filter(({ secret }) => secret);
    const allow = (name: string): HTMLElement =>
      checkbox({
        label: t('Export {name} although it looks like a secret', { name }),
        checked: false,
        onChange: on => {
          if (on) {
            this._allowed.add(name);
          } else {
            this._allowed.delete(name);
          }
        }
      });
    return found.length
      ? h(
          'div',
          { class: 'nbmv-box nbmv-box-warning nbmv-export-secrets' },
          h(
            'p',
            { class: 'nbmv-one-line' },
            icon('warning'),
            ' ',
            t('The export is refused while this may be a secret:')
          ),
          h(
            'ul',
            {},
            found.map(({ name, secret }) => h('li', {}, h('p', {}, userText(secret)), allow(name)))
          )
        )
      : null;
  }
}

function drawModules(modules: IExportEstimate['modules']): HTMLElement {
  const rows = modules.map(({ path, size_bytes }) =>
    h('tr', {}, h('td', {}, h('bdi', { dir: 'ltr' }, path)), h('td', NUMBER, formatSize(size_bytes)))
  );
  return h('table', { class: 'nbmv-table' }, h('tbody', {}, rows));
}
