#!/usr/bin/env bash
# The browser part of the tests needs Chromium and a Chinese font. As root on Debian or Ubuntu both
# are brought; elsewhere one line says how, and those tests skip visibly (never under CI).
set -eu

has_chromium() {
  for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && return 0
  done
  return 1
}
# no fontconfig and a browser: an unusual system, taken as it is
has_font() { ! command -v fc-list >/dev/null 2>&1 || [ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ]; }

has_chromium && has_font && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "安装 Chromium 与中文字体（apt-get）…"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1 || true
  if apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk >/dev/null 2>&1 ||
    apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null 2>&1 ||
    apt-get install -y -qq --no-install-recommends chromium-browser fonts-noto-cjk >/dev/null 2>&1; then
    has_chromium && exit 0
  fi
fi

hint="没有 Chromium 或中文字体：请安装（Debian/Ubuntu：apt-get install chromium fonts-noto-cjk）"
if [ "${CI:-}" = true ] || [ "${CI:-}" = 1 ]; then
  echo "$hint；CI 不允许跳过浏览器测试" >&2
  exit 1
fi
echo "$hint，或用 CHROMIUM=路径 指明；浏览器测试将跳过" >&2
