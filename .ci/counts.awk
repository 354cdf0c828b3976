# Adds up the summary lines of `deno test` ("ok | 120 passed (3 steps) | 0 failed | 2 ignored (12s)") and prints
# "N passed, N failed". Ends with 1 when a test failed or none ran.
/^(ok|FAILED) \| [0-9]+ passed.* \| [0-9]+ failed/ {
  for (i = 2; i <= NF; i++) {
    if ($i == "passed") passed += $(i - 1)
    if ($i == "failed") failed += $(i - 1)
  }
}
END {
  printf "%d passed, %d failed\n", passed, failed
  exit passed + failed == 0 || failed > 0
}
