// The configuration of cucumber-js, for `npx nicspec run`, for `npx cucumber-js` and for editors. Steps run from dist/: build first.
export default {
  import: ['dist/harness/runner/cucumberSession.js', 'dist/features/steps/**/*.js'],
  // Only for `npx cucumber-js`; nicspec run has options of its own.
  worldParameters: { target: 'reference', seed: 1, runs: 100 },
};
