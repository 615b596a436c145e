import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  {
    ignores: [
      'dist',
      'coverage',
      'src/api/schema.ts',
      'src/api/labels.ts',
      'src/api/pinyin.ts',
      'src/api/takenBack.ts',
      'src/api/fields.ts',
      'src/api/words.ts',
      'src/components.d.ts',
    ],
  },
  ...tseslint.configs.recommended,
  ...pluginVue.configs['flat/essential'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': ['error', { order: ['defineProps', 'defineEmits'] }],
      'vue/no-setup-props-reactivity-loss': 'error',
      'vue/no-v-html': 'error',
      'vue/require-explicit-emits': 'error',
      'vue/multi-word-component-names': 'off', // Timeline and Money say enough
      'vue/no-reserved-component-names': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // It mistakes the | of a TypeScript union in a template for a filter.
      'vue/no-deprecated-filter': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    // Style and script stand in their files: the page runs under a strict content security policy.
    files: ['scripts/**'],
    rules: { 'no-console': 'off' },
  },
)
