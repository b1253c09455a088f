/** Ids of the commands. The menus, the toolbar and the shortcuts of `schema/plugin.json` name them too. */
export const COMMAND_ID = {
  open: 'nbmodelver:open',
  load: 'nbmodelver:load',
  commit: 'nbmodelver:commit',
  commitForm: 'nbmodelver:commit-form',
  rollback: 'nbmodelver:rollback',
  undo: 'nbmodelver:undo',
  redo: 'nbmodelver:redo',
  compare: 'nbmodelver:compare',
  inspect: 'nbmodelver:inspect',
  inspectCell: 'nbmodelver:inspect-cell',
  tag: 'nbmodelver:tag',
  note: 'nbmodelver:note',
  branch: 'nbmodelver:switch-branch',
  export: 'nbmodelver:export',
  rerun: 'nbmodelver:rerun',
  remotes: 'nbmodelver:remotes',
  fetch: 'nbmodelver:fetch',
  push: 'nbmodelver:push',
  pull: 'nbmodelver:pull',
  document: 'nbmodelver:open-document',
  auto: 'nbmodelver:auto-commit'
} as const;
