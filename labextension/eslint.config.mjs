import tseslint from 'typescript-eslint';

const JUPYTER = ['@jupyterlab/*', '@jupyterlab/**', '@lumino/*', '@lumino/**', '@jupyter/*', 'yjs'];

/** Properties that parse markup. Names and messages of a stranger are shown as text only. */
const TEXT_ONLY = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write', 'writeln', 'createContextualFragment'].map(
  name => ({
    selector: `MemberExpression[property.name='${name}']`,
    message: 'Use textContent, append or createElement: they create text nodes only.'
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
      'max-len': ['error', { code: 120 }],
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'no-restricted-syntax': ['error', ...TEXT_ONLY],
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map(name => ({
          name,
          message: 'Use the transport: the panel communicates through its comm only.'
        })),
        { name: 'setInterval', message: 'Subscribe to the state: the kernel pushes it.' }
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
            { group: [...JUPYTER, '**/lab/**', '**/widget/**'], message: 'core/ must not import Jupyter or a host.' }
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
            { group: JUPYTER, message: 'The widget also runs without JupyterLab: use core/ only.' },
            {
              group: ['**/core/*', '!**/core/index'],
              message: 'Import ../core: its index is the only entry for hosts.'
            }
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
        {
          patterns: [
            {
              group: ['**/core/*', '!**/core/index'],
              message: 'Import ../core: its index is the only entry for hosts.'
            }
          ]
        }
      ]
    }
  }
);
