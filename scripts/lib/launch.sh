# shellcheck shell=bash
# Builds what a program beside the product needs, unless it is there already, and runs it without Maven.
# To be sourced from the project's folder.

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

# The newest jar: there is one, unless the version has just changed.
find_jar() {
  local newest="" candidate
  for candidate in target/hubstorage-*.jar; do
    if [ -f "$candidate" ] && { [ -z "$newest" ] || [ "$candidate" -nt "$newest" ]; }; then
      newest=$candidate
    fi
  done
  printf '%s' "$newest"
}

# Whether everything that goes into the program is older than its launch file, and all of that is still there.
is_built() {
  local launch=$1
  [ -n "$(find_jar)" ] && [ -f "$launch/launch.args" ] && [ -x "$(cat "$launch/launch.java" 2>/dev/null)" ] || return 1
  local roots=(pom.xml src) root
  for root in conf webroot; do
    if [ -e "$root" ]; then roots+=("$root"); fi
  done
  [ -z "$(find "${roots[@]}" -newer "$launch/launch.args" -print -quit)" ]
}

explain_build_failure() {
  local log=$1
  if grep -q -i -E 'cannot find matching toolchain|no toolchain' "$log"; then
    cat >&2 <<TEXT
$(basename "$0"): no JDK 25 was found. Maven itself may run on an older Java, but HubStorage needs a JDK 25 to be built and run:
  Debian 13, Ubuntu 25.10 and newer:  sudo apt-get install openjdk-25-jdk-headless
  any other system:                   https://adoptium.net/temurin/releases/?version=25
Maven finds it in /usr/lib/jvm, ~/.jdks, ~/.sdkman and where JAVA_HOME or JAVA25_HOME points.
TEXT
    exit 1
  fi
  tail -n 40 "$log" >&2
  fail "the build failed; the whole log is in $log"
}

# build demo: the jar, and target/demo/launch.args (by the execution demo-launch of pom.xml).
build() {
  local launch=target/$1
  if is_built "$launch"; then return; fi
  command -v mvn >/dev/null || fail "Maven is missing: sudo apt-get install maven, or https://maven.apache.org/download.cgi"
  mkdir -p "$launch"
  echo "Building HubStorage (the first time takes a minute, and longer where Maven has to download) ..." >&2
  rm -f "$launch/launch.args"
  mvn -B -DskipTests package "exec:exec@$1-launch" >"$launch/build.log" 2>&1 || explain_build_failure "$launch/build.log"
}

# launch demo arguments...: in this shell's place, so that Ctrl-C and kill reach it first hand and it cleans up itself.
launch() {
  local launch=target/$1
  shift
  if [ -z "$(find_jar)" ] || [ ! -f "$launch/launch.args" ]; then
    fail "nothing has been built yet: run it without --no-build"
  fi
  exec "$(cat "$launch/launch.java")" "@$launch/launch.args" "$@"
}
