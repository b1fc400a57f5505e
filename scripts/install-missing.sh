# Sourced by ./run and ./test: installs Debian packages that are missing.

fail() {
  echo "$1" >&2
  exit 1
}

# install_missing PACKAGE...: of those named, installs what is not there; quietly, the log is shown when it fails.
install_missing() {
  local missing=() package
  for package in "$@"; do
    is_there "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return

  command -v apt-get >/dev/null || fail "Install these first: ${missing[*]} (this is not Debian or Ubuntu, so it cannot be done for you)."
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "Install these first: ${missing[*]} (as root: apt-get install ${missing[*]})."
    sudo=(sudo)
  fi
  local started=$SECONDS log
  log=$(mktemp)
  echo "  … Installing ${missing[*]}"
  # Storytime brings its own cluster; Debian's package must not make and start another one.
  if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    "${sudo[@]}" mkdir -p /etc/postgresql-common
    [ -f /etc/postgresql-common/createcluster.conf ] ||
      echo 'create_main_cluster = false' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  {
    "${sudo[@]}" apt-get update -q &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}"
  } >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    fail "Installing ${missing[*]} failed; the whole log is $log."
  }
  # The tests start servers of their own; the one that Debian's package has just started is of no use.
  if [[ " ${missing[*]} " == *" redis-server "* && -d /run/systemd/system ]]; then
    "${sudo[@]}" systemctl disable --quiet --now redis-server || echo "  Debian's Redis runs now; 'systemctl disable --now redis-server' stops it, nothing here needs it." >&2
  fi
  rm -f "$log"
  echo "  ✓ Installed ${missing[*]}, $((SECONDS - started)) s"
}

is_there() {
  case "$1" in
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ;;
    fonts-dejavu-core) [ -f /usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf ] ;;
    nodejs) command -v node >/dev/null ;;
    util-linux) command -v setpriv >/dev/null ;;
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Holds infra/ against AWS's schemas of resources, by cfn-lint in the version of infra/requirements.txt: the machine's own when it has that one, else
# one in a Python environment under .local/.
lint_infra() {
  local wanted linter=cfn-lint here=$PWD/.local/cfn-lint
  wanted="cfn-lint $(sed -n 's/^cfn-lint==//p' infra/requirements.txt)"
  if [ "$($linter --version 2>/dev/null)" != "$wanted" ]; then
    linter=$here/bin/cfn-lint
    if [ "$($linter --version 2>/dev/null)" != "$wanted" ]; then
      install_missing python3 python3-venv
      { python3 -m venv --clear "$here" && "$here/bin/pip" install --quiet --disable-pip-version-check -r infra/requirements.txt; } ||
        fail "Installing $wanted failed; install it yourself (pipx install 'cfn-lint==${wanted#* }') and start again."
    fi
  fi
  (cd infra && "$linter") || fail "cfn-lint found something in infra/; see above."
  echo "  ✓ infra/ is clean ($wanted)"
}

# Holds docs/openapi.json against tests/openapi/.spectral.yaml, by Spectral in the version of tests/openapi/package-lock.json.
lint_openapi() {
  local linter=tests/openapi/node_modules log
  install_missing nodejs
  # The mark is written last: an installation that was cut off is made again.
  if ! cmp -s tests/openapi/package-lock.json "$linter/.of-lock"; then
    install_missing npm
    log=$(mktemp)
    (cd tests/openapi && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 || {
      tail -n 15 "$log" >&2
      fail "Installing Spectral by 'npm ci' in tests/openapi failed; the whole log is $log."
    }
    rm -f "$log"
    cp tests/openapi/package-lock.json "$linter/.of-lock"
  fi
  "$linter/.bin/spectral" lint docs/openapi.json --ruleset tests/openapi/.spectral.yaml --fail-severity=warn --quiet ||
    fail "Spectral found something in docs/openapi.json; see above. What is written there comes from the code: change it, then run scripts/update-openapi."
  echo "  ✓ docs/openapi.json is clean ($(sed -n 's/.*spectral-cli": "\(.*\)".*/Spectral \1/p' tests/openapi/package.json))"
}
