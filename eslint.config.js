import tseslint from 'typescript-eslint';

/**
 * Arrows point one way: `features → harness/contract ← harness/targets → reference-impl`. Each room names the imports it may not
 * have; the expressions match the import path as it is written, which is always relative for a file of the project.
 */
const room = (files, forbidden, ignores = []) => ({
  files,
  ignores: ['**/*.test.ts', '**/*.test.tsx', ...ignores],
  rules: {
    'no-restricted-imports': ['error', { patterns: forbidden.map(([regex, message]) => ({ regex, message })) }],
  },
});

const onlyTheContract = String.raw`harness/(?!contract/)`;

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'docs/api/', 'reports/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['warn', { max: 400, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ['**/*.test.{ts,tsx}'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'max-lines': 'off' },
  },
  room(['harness/contract/**/*.ts'], [[String.raw`^(?!\./)`, 'The contract imports nothing but itself.']]),
  room(
    ['reference-impl/{kernel,device,defects}/**/*.ts'],
    [
      [onlyTheContract, 'The reference knows only the contract of the harness.'],
      ['features/', 'The reference does not know its own tests.'],
    ],
  ),
  room(
    ['reference-impl/{packet,netlink}/**/*.ts'],
    [
      [
        String.raw`^\.\./(kernel|device|defects)/|features/|` + onlyTheContract,
        'Codecs are pure: bytes in, values out.',
      ],
    ],
  ),
  // nettool is the user's side of netlink, as the clients of netlink/ are: it speaks to whatever offers a socket. It holds no kernel
  // and no device, so a scenario that drives it over a target still sees nothing but the target.
  room(
    ['reference-impl/nettool/**/*.ts'],
    [
      [
        String.raw`^(\.\./)+(kernel|device|defects)/|features/|` + onlyTheContract,
        'nettool knows the contract and the codecs, no kernel and no device.',
      ],
    ],
  ),
  room(
    ['features/**/*.ts'],
    [
      [
        String.raw`reference-impl/(?!packet/|netlink/|nettool/)`,
        'Scenarios know only the contract, the pure codecs and nettool.',
      ],
      [onlyTheContract, 'Scenarios know only the contract.'],
    ],
  ),
  room(
    ['harness/**/*.{ts,tsx}'],
    [[String.raw`/cli/`, 'Nothing imports the command line.']],
    ['harness/cli/**', 'harness/contract/**'],
  ),
);
