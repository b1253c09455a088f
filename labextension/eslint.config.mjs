import tseslint from 'typescript-eslint';

const JUPYTER = ['@jupyterlab/*', '@jupyterlab/**', '@lumino/*', '@lumino/**', '@jupyter/*', 'yjs'];

/** What an element, a value or the network could be abused with: names and messages of a stranger are shown as text only. */
const TEXT_ONLY = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write', 'writeln', 'createContextualFragment'].map(
  name => ({
    selector: `MemberExpression[property.name='${name}']`,
    message: 'Text nodes only: textContent, append, createElement.'
  })
);

export default tseslint.config(
  { ignores: ['lib/', 'node_modules/', 'eslint.config.mjs'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.mts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error'
    }
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...TEXT_ONLY],
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map(name => ({
          name,
          message: 'The panel speaks through its comm only.'
        })),
        { name: 'setInterval', message: 'No polling: the kernel pushes.' }
      ]
    }
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: [...JUPYTER, '**/lab/**', '**/widget/**'], message: 'core/ knows no Jupyter and no host.' }
          ]
        }
      ]
    }
  },
  {
    files: ['src/widget/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: JUPYTER, message: 'The widget runs where there is no JupyterLab.' },
            { group: ['**/core/*', '!**/core/index'], message: 'Hosts import ../core only.' }
          ]
        }
      ]
    }
  },
  {
    files: ['src/lab/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/core/*', '!**/core/index'], message: 'Hosts import ../core only.' }] }
      ]
    }
  }
);
