# API、后台任务与运维命令共用的镜像；以普通用户运行，数据库在另一个容器。
FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock requirements-build.lock ./
RUN pip install --require-hashes -r requirements.lock -r requirements-build.lock
COPY pyproject.toml README.md alembic.ini ./
COPY alembic alembic
COPY api api
RUN pip install --no-deps --no-build-isolation --editable . \
    && useradd --uid 10001 --home-dir /data --create-home yinling
USER yinling
ENV YINLING_HOME=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000
CMD ["yinling", "serve", "--no-worker"]
