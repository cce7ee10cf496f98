"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
EXTRAS = {
    'sqlite': [
        'CREATE VIRTUAL TABLE search_fts USING fts5(text, employer_id, content=\'search_entry\', content_rowid=\'id\', tokenize="unicode61 categories \'L* N* M*\'")',
        'CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN INSERT INTO search_fts(rowid, text, employer_id) VALUES (new.id, new.text, new.employer_id); END',
        "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN INSERT INTO search_fts(search_fts, rowid, text, employer_id) VALUES ('delete', old.id, old.text, old.employer_id); END",
        "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN INSERT INTO search_fts(search_fts, rowid, text, employer_id) VALUES ('delete', old.id, old.text, old.employer_id); INSERT INTO search_fts(rowid, text, employer_id) VALUES (new.id, new.text, new.employer_id); END",
    ],
    'postgresql': [
        "CREATE INDEX ix_search_entry_text ON search_entry USING gin (to_tsvector('simple', text))",
    ],
}


def upgrade() -> None:
    op.create_table('employer',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('contact_name', sa.String(length=200), nullable=False),
    sa.Column('contact_email', sa.String(length=320), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('proposals_stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('audit_head', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employer'))
    )
    op.create_table('audit_event',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('verb', sa.String(length=60), nullable=False),
    sa.Column('actor_kind', sa.String(length=20), nullable=False),
    sa.Column('actor_id', sa.String(length=26), nullable=False),
    sa.Column('subject_kind', sa.String(length=30), nullable=False),
    sa.Column('subject_id', sa.String(length=26), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_audit_event_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event')),
    sa.UniqueConstraint('employer_id', 'number', name=op.f('uq_audit_event_employer_id_number'))
    )
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_event_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_event_subject_id'), ['subject_id'], unique=False)

    op.create_table('candidate',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('external_id', sa.String(length=255), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_candidate_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate'))
    )
    with op.batch_alter_table('candidate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_candidate_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_candidate_employer_id'), ['employer_id'], unique=False)

    op.create_table('clip',
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('original_key', sa.String(length=200), nullable=False),
    sa.Column('playback_key', sa.String(length=200), nullable=True),
    sa.Column('playback_type', sa.String(length=120), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=True),
    sa.Column('has_video', sa.Boolean(), nullable=False),
    sa.Column('has_sound', sa.Boolean(), nullable=False),
    sa.Column('captions', sa.Text(), nullable=False),
    sa.Column('captions_state', sa.String(length=10), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_clip_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clip'))
    )
    with op.batch_alter_table('clip', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clip_employer_id'), ['employer_id'], unique=False)

    op.create_table('job',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.String(length=26), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('worker', sa.String(length=80), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_job_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('kind', 'subject_id', name=op.f('uq_job_kind_subject_id'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index('ix_job_next', ['kind', 'state', 'not_before'], unique=False)
        batch_op.create_index('ix_job_served', ['employer_id', 'kind', 'started_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_subject_id'), ['subject_id'], unique=False)

    op.create_table('member',
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('sees_all', sa.Boolean(), nullable=False),
    sa.Column('password_hash', sa.String(length=300), nullable=True),
    sa.Column('totp_secret', sa.String(length=64), nullable=True),
    sa.Column('totp_counter', sa.BigInteger(), nullable=False),
    sa.Column('recovery_hashes', sa.JSON(), nullable=False),
    sa.Column('trained_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_member_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('email', name=op.f('uq_member_email'))
    )
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_employer_id'), ['employer_id'], unique=False)

    op.create_table('opening',
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_opening_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening'))
    )
    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opening_employer_id'), ['employer_id'], unique=False)

    op.create_table('proposer_model',
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('encoder', sa.String(length=80), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('agreement', sa.JSON(), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_proposer_model_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposer_model')),
    sa.UniqueConstraint('employer_id', 'fingerprint', 'version', name=op.f('uq_proposer_model_employer_id_fingerprint_version'))
    )
    with op.batch_alter_table('proposer_model', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposer_model_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposer_model_fingerprint'), ['fingerprint'], unique=False)

    op.create_table('rubric',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('criteria', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_rubric_employer_id_employer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rubric'))
    )
    with op.batch_alter_table('rubric', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rubric_employer_id'), ['employer_id'], unique=False)

    op.create_table('interview',
    sa.Column('opening_id', sa.String(length=26), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('draft', sa.JSON(), nullable=False),
    sa.Column('draft_revision', sa.Integer(), nullable=False),
    sa.Column('draft_editor', sa.String(length=26), nullable=False),
    sa.Column('proposals_purpose', sa.Text(), nullable=True),
    sa.Column('proposals_on', sa.Boolean(), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_interview_employer_id_employer')),
    sa.ForeignKeyConstraint(['opening_id'], ['opening.id'], name=op.f('fk_interview_opening_id_opening')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview'))
    )
    with op.batch_alter_table('interview', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interview_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interview_opening_id'), ['opening_id'], unique=False)

    op.create_table('login',
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_login_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_login_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login'))
    )
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_member_id'), ['member_id'], unique=False)

    op.create_table('saved_filter',
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_saved_filter_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_saved_filter_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_filter')),
    sa.UniqueConstraint('member_id', 'name', name=op.f('uq_saved_filter_member_id_name'))
    )
    with op.batch_alter_table('saved_filter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_filter_employer_id'), ['employer_id'], unique=False)

    op.create_table('interview_version',
    sa.Column('interview_id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('design', sa.JSON(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.String(length=26), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_interview_version_employer_id_employer')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_interview_version_interview_id_interview')),
    sa.ForeignKeyConstraint(['published_by'], ['member.id'], name=op.f('fk_interview_version_published_by_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview_version')),
    sa.UniqueConstraint('interview_id', 'number', name=op.f('uq_interview_version_interview_id_number'))
    )
    with op.batch_alter_table('interview_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interview_version_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interview_version_interview_id'), ['interview_id'], unique=False)

    op.create_table('onlooker',
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('interview_id', sa.String(length=26), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_onlooker_employer_id_employer')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_onlooker_interview_id_interview')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_onlooker_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_onlooker')),
    sa.UniqueConstraint('member_id', 'interview_id', name=op.f('uq_onlooker_member_id_interview_id'))
    )
    with op.batch_alter_table('onlooker', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_onlooker_employer_id'), ['employer_id'], unique=False)

    op.create_table('seat',
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('interview_id', sa.String(length=26), nullable=False),
    sa.Column('looks_only', sa.Boolean(), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_seat_employer_id_employer')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_seat_interview_id_interview')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_seat_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat')),
    sa.UniqueConstraint('member_id', 'interview_id', name=op.f('uq_seat_member_id_interview_id'))
    )
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seat_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_seat_member_id'), ['member_id'], unique=False)

    op.create_table('criterion',
    sa.Column('version_id', sa.String(length=26), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('anchors', sa.JSON(), nullable=False),
    sa.Column('question_positions', sa.JSON(), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_criterion_employer_id_employer')),
    sa.ForeignKeyConstraint(['version_id'], ['interview_version.id'], name=op.f('fk_criterion_version_id_interview_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criterion'))
    )
    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criterion_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_criterion_version_id'), ['version_id'], unique=False)

    op.create_table('embed',
    sa.Column('interview_id', sa.String(length=26), nullable=False),
    sa.Column('version_id', sa.String(length=26), nullable=True),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('origins', sa.JSON(), nullable=False),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_embed_employer_id_employer')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_embed_interview_id_interview')),
    sa.ForeignKeyConstraint(['version_id'], ['interview_version.id'], name=op.f('fk_embed_version_id_interview_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_embed'))
    )
    with op.batch_alter_table('embed', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_embed_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_embed_interview_id'), ['interview_id'], unique=False)

    op.create_table('notice',
    sa.Column('version_id', sa.String(length=26), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('asks_ai', sa.Boolean(), nullable=False),
    sa.Column('transcribes', sa.Boolean(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_notice_employer_id_employer')),
    sa.ForeignKeyConstraint(['version_id'], ['interview_version.id'], name=op.f('fk_notice_version_id_interview_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('version_id', 'locale', 'sha256', name=op.f('uq_notice_version_id_locale_sha256'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_employer_id'), ['employer_id'], unique=False)

    op.create_table('question',
    sa.Column('version_id', sa.String(length=26), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('prompt', sa.Text(), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('thinking_seconds', sa.Integer(), nullable=True),
    sa.Column('answer_seconds', sa.Integer(), nullable=False),
    sa.Column('hard_seconds', sa.Integer(), nullable=False),
    sa.Column('retakes', sa.Integer(), nullable=False),
    sa.Column('preview', sa.Boolean(), nullable=False),
    sa.Column('characters', sa.Integer(), nullable=False),
    sa.Column('clip_id', sa.String(length=26), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['clip_id'], ['clip.id'], name=op.f('fk_question_clip_id_clip')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_question_employer_id_employer')),
    sa.ForeignKeyConstraint(['version_id'], ['interview_version.id'], name=op.f('fk_question_version_id_interview_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_version_id'), ['version_id'], unique=False)

    op.create_table('candidate_session',
    sa.Column('interview_id', sa.String(length=26), nullable=False),
    sa.Column('version_id', sa.String(length=26), nullable=False),
    sa.Column('candidate_id', sa.String(length=26), nullable=False),
    sa.Column('embed_id', sa.String(length=26), nullable=True),
    sa.Column('previous_id', sa.String(length=26), nullable=True),
    sa.Column('addendum_to_id', sa.String(length=26), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.Column('device', sa.JSON(), nullable=False),
    sa.Column('tab', sa.Integer(), nullable=False),
    sa.Column('resume_version', sa.Integer(), nullable=False),
    sa.Column('ended_reason', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('promise_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('scorecard_count', sa.Integer(), nullable=False),
    sa.Column('overall', sa.Double(), nullable=True),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('assignee_id', sa.String(length=26), nullable=True),
    sa.Column('shuffle', sa.Integer(), nullable=False),
    sa.Column('desk', sa.String(length=10), sa.Computed("CASE WHEN addendum_to_id IS NOT NULL THEN 'addendum' WHEN state IN ('invited', 'in_progress') THEN 'open' WHEN state <> 'submitted' THEN 'ended' WHEN verdict IN ('advance', 'decline') THEN 'decided' ELSE 'waiting' END", persisted=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), sa.Computed('coalesce(promise_at, deadline)', persisted=True), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), sa.Computed('coalesce(submitted_at, created_at)', persisted=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['addendum_to_id'], ['candidate_session.id'], name=op.f('fk_candidate_session_addendum_to_id_candidate_session')),
    sa.ForeignKeyConstraint(['assignee_id'], ['member.id'], name=op.f('fk_candidate_session_assignee_id_member')),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_candidate_session_candidate_id_candidate')),
    sa.ForeignKeyConstraint(['embed_id'], ['embed.id'], name=op.f('fk_candidate_session_embed_id_embed')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_candidate_session_employer_id_employer')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_candidate_session_interview_id_interview')),
    sa.ForeignKeyConstraint(['previous_id'], ['candidate_session.id'], name=op.f('fk_candidate_session_previous_id_candidate_session')),
    sa.ForeignKeyConstraint(['version_id'], ['interview_version.id'], name=op.f('fk_candidate_session_version_id_interview_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate_session'))
    )
    with op.batch_alter_table('candidate_session', schema=None) as batch_op:
        batch_op.create_index('ix_candidate_session_addenda', ['addendum_to_id'], unique=False, sqlite_where=sa.text('addendum_to_id IS NOT NULL'), postgresql_where=sa.text('addendum_to_id IS NOT NULL'))
        batch_op.create_index('ix_candidate_session_assigned', ['assignee_id', 'is_test', 'desk', 'due_at', 'id'], unique=False, sqlite_where=sa.text('assignee_id IS NOT NULL'), postgresql_where=sa.text('assignee_id IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_candidate_session_candidate_id'), ['candidate_id'], unique=False)
        batch_op.create_index('ix_candidate_session_counts', ['employer_id', 'interview_id', 'is_test', 'desk', 'state', 'version_id', 'embed_id'], unique=False)
        batch_op.create_index('ix_candidate_session_due', ['employer_id', 'is_test', 'desk', 'due_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_candidate_session_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index('ix_candidate_session_interview_due', ['interview_id', 'is_test', 'desk', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_interview_newest', ['interview_id', 'is_test', 'desk', 'arrived_at', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_interview_sample', ['interview_id', 'is_test', 'desk', 'shuffle', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_interview_state', ['interview_id', 'state'], unique=False)
        batch_op.create_index('ix_candidate_session_interview_unscored', ['interview_id', 'is_test', 'desk', 'scorecard_count', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_newest', ['employer_id', 'is_test', 'desk', 'arrived_at', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_ranked', ['interview_id', 'is_test', 'overall', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_sample', ['employer_id', 'is_test', 'desk', 'shuffle', 'id'], unique=False)
        batch_op.create_index('ix_candidate_session_unscored', ['employer_id', 'is_test', 'desk', 'scorecard_count', 'due_at', 'id'], unique=False)

    op.create_table('accommodation',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('more_time', sa.Boolean(), nullable=False),
    sa.Column('other_kinds', sa.Boolean(), nullable=False),
    sa.Column('more_retakes', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_accommodation_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_accommodation_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accommodation')),
    sa.UniqueConstraint('session_id', name=op.f('uq_accommodation_session_id'))
    )
    with op.batch_alter_table('accommodation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accommodation_employer_id'), ['employer_id'], unique=False)

    op.create_table('consent',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('notice_id', sa.String(length=26), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_consent_employer_id_employer')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_consent_notice_id_notice')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_consent_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consent_session_id'), ['session_id'], unique=False)

    op.create_table('decision',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('undoes_id', sa.String(length=26), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_decision_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_decision_member_id_member')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_decision_session_id_candidate_session')),
    sa.ForeignKeyConstraint(['undoes_id'], ['decision.id'], name=op.f('fk_decision_undoes_id_decision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decision_session_id'), ['session_id'], unique=False)

    op.create_table('guest_link',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_count', sa.Integer(), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_guest_link_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_guest_link_member_id_member')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_guest_link_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guest_link'))
    )
    with op.batch_alter_table('guest_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_guest_link_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_guest_link_session_id'), ['session_id'], unique=False)

    op.create_table('inquiry',
    sa.Column('version_id', sa.String(length=26), nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.String(length=26), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['done_by'], ['member.id'], name=op.f('fk_inquiry_done_by_member')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_inquiry_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_inquiry_session_id_candidate_session')),
    sa.ForeignKeyConstraint(['version_id'], ['interview_version.id'], name=op.f('fk_inquiry_version_id_interview_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inquiry'))
    )
    with op.batch_alter_table('inquiry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inquiry_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_inquiry_session_id'), ['session_id'], unique=False)

    op.create_table('invite',
    sa.Column('interview_id', sa.String(length=26), nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('created_by', sa.String(length=26), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['member.id'], name=op.f('fk_invite_created_by_member')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_invite_employer_id_employer')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_invite_interview_id_interview')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_invite_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invite'))
    )
    with op.batch_alter_table('invite', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invite_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invite_interview_id'), ['interview_id'], unique=False)
        batch_op.create_index('ix_invite_list', ['employer_id', 'interview_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invite_session_id'), ['session_id'], unique=False)

    op.create_table('proposal_run',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('overall', sa.Double(), nullable=True),
    sa.Column('ai_feedback', sa.Text(), nullable=False),
    sa.Column('versions', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_proposal_run_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_proposal_run_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_run')),
    sa.UniqueConstraint('session_id', 'number', name=op.f('uq_proposal_run_session_id_number'))
    )
    with op.batch_alter_table('proposal_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_run_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_run_session_id'), ['session_id'], unique=False)

    op.create_table('scorecard',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('overall', sa.Double(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('saw_others', sa.Boolean(), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_scorecard_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_scorecard_member_id_member')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_scorecard_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scorecard')),
    sa.UniqueConstraint('session_id', 'member_id', name=op.f('uq_scorecard_session_id_member_id'))
    )
    with op.batch_alter_table('scorecard', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scorecard_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scorecard_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scorecard_session_id'), ['session_id'], unique=False)

    op.create_table('search_entry',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('source_id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_search_entry_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_search_entry_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_entry'))
    )
    with op.batch_alter_table('search_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_entry_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_search_entry_session_id'), ['session_id'], unique=False)
        batch_op.create_index('ix_search_entry_source', ['source_id'], unique=False)

    op.create_table('step',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=True),
    sa.Column('trouble', sa.String(length=40), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_step_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_step_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step'))
    )
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_step_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_step_session_id'), ['session_id'], unique=False)

    op.create_table('tag',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_tag_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_tag_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag')),
    sa.UniqueConstraint('session_id', 'name', name=op.f('uq_tag_session_id_name'))
    )
    with op.batch_alter_table('tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tag_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index('ix_tag_name', ['employer_id', 'name', 'session_id'], unique=False)

    op.create_table('take',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('question_id', sa.String(length=26), nullable=False),
    sa.Column('client_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('technical', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('filetype', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('bytes', sa.BigInteger(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_take_employer_id_employer')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_take_question_id_question')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_take_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_take')),
    sa.UniqueConstraint('session_id', 'client_id', name=op.f('uq_take_session_id_client_id'))
    )
    with op.batch_alter_table('take', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_take_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_take_question_id'), ['question_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_take_session_id'), ['session_id'], unique=False)

    op.create_table('view',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('question_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('stage', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_view_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_view_member_id_member')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_view_question_id_question')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_view_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_view')),
    sa.UniqueConstraint('session_id', 'question_id', 'member_id', name=op.f('uq_view_session_id_question_id_member_id'))
    )
    with op.batch_alter_table('view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_view_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_view_session_id'), ['session_id'], unique=False)

    op.create_table('answer',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('question_id', sa.String(length=26), nullable=False),
    sa.Column('take_id', sa.String(length=26), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_answer_employer_id_employer')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_answer_question_id_question')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_answer_session_id_candidate_session')),
    sa.ForeignKeyConstraint(['take_id'], ['take.id'], name=op.f('fk_answer_take_id_take')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('session_id', 'question_id', name=op.f('uq_answer_session_id_question_id'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_question_id'), ['question_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_session_id'), ['session_id'], unique=False)

    op.create_table('mail',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('email', sa.String(length=320), nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=True),
    sa.Column('member_id', sa.String(length=26), nullable=True),
    sa.Column('inquiry_id', sa.String(length=26), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=300), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_mail_employer_id_employer')),
    sa.ForeignKeyConstraint(['inquiry_id'], ['inquiry.id'], name=op.f('fk_mail_inquiry_id_inquiry')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_mail_member_id_member')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_mail_session_id_candidate_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_session_id'), ['session_id'], unique=False)

    op.create_table('media',
    sa.Column('take_id', sa.String(length=26), nullable=False),
    sa.Column('original_key', sa.String(length=200), nullable=False),
    sa.Column('playback_key', sa.String(length=200), nullable=True),
    sa.Column('playback_type', sa.String(length=120), nullable=False),
    sa.Column('voice_key', sa.String(length=200), nullable=True),
    sa.Column('poster_key', sa.String(length=200), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=True),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('bytes', sa.BigInteger(), nullable=True),
    sa.Column('peaks', sa.JSON(), nullable=False),
    sa.Column('silences', sa.JSON(), nullable=False),
    sa.Column('loudness', sa.Double(), nullable=True),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_media_employer_id_employer')),
    sa.ForeignKeyConstraint(['take_id'], ['take.id'], name=op.f('fk_media_take_id_take')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media')),
    sa.UniqueConstraint('take_id', name=op.f('uq_media_take_id'))
    )
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_media_employer_id'), ['employer_id'], unique=False)

    op.create_table('proposal',
    sa.Column('run_id', sa.String(length=26), nullable=False),
    sa.Column('criterion_id', sa.String(length=26), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason_code', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.Column('value', sa.Double(), nullable=True),
    sa.Column('low', sa.Double(), nullable=True),
    sa.Column('high', sa.Double(), nullable=True),
    sa.Column('silent_value', sa.Double(), nullable=True),
    sa.Column('reasoning', sa.Text(), nullable=False),
    sa.Column('citations', sa.JSON(), nullable=False),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('agreement', sa.JSON(), nullable=False),
    sa.Column('proposer', sa.String(length=20), nullable=False),
    sa.Column('versions', sa.JSON(), nullable=False),
    sa.Column('usage', sa.JSON(), nullable=False),
    sa.Column('request_sha256', sa.String(length=64), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['criterion_id'], ['criterion.id'], name=op.f('fk_proposal_criterion_id_criterion')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_proposal_employer_id_employer')),
    sa.ForeignKeyConstraint(['run_id'], ['proposal_run.id'], name=op.f('fk_proposal_run_id_proposal_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('run_id', 'criterion_id', name=op.f('uq_proposal_run_id_criterion_id'))
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_criterion_id'), ['criterion_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_run_id'), ['run_id'], unique=False)

    op.create_table('proposal_reveal',
    sa.Column('run_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_proposal_reveal_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_proposal_reveal_member_id_member')),
    sa.ForeignKeyConstraint(['run_id'], ['proposal_run.id'], name=op.f('fk_proposal_reveal_run_id_proposal_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_reveal')),
    sa.UniqueConstraint('run_id', 'member_id', name=op.f('uq_proposal_reveal_run_id_member_id'))
    )
    with op.batch_alter_table('proposal_reveal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_reveal_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_reveal_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_reveal_run_id'), ['run_id'], unique=False)

    op.create_table('score',
    sa.Column('scorecard_id', sa.String(length=26), nullable=False),
    sa.Column('criterion_id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['criterion_id'], ['criterion.id'], name=op.f('fk_score_criterion_id_criterion')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_score_employer_id_employer')),
    sa.ForeignKeyConstraint(['scorecard_id'], ['scorecard.id'], name=op.f('fk_score_scorecard_id_scorecard')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score')),
    sa.UniqueConstraint('scorecard_id', 'criterion_id', 'number', name=op.f('uq_score_scorecard_id_criterion_id_number'))
    )
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_criterion_id'), ['criterion_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_score_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_score_scorecard_id'), ['scorecard_id'], unique=False)

    op.create_table('transcript',
    sa.Column('take_id', sa.String(length=26), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('author', sa.String(length=20), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=True),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('engine', sa.JSON(), nullable=False),
    sa.Column('no_speech', sa.Boolean(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('segments', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_transcript_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_transcript_member_id_member')),
    sa.ForeignKeyConstraint(['take_id'], ['take.id'], name=op.f('fk_transcript_take_id_take')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transcript')),
    sa.UniqueConstraint('take_id', 'number', name=op.f('uq_transcript_take_id_number'))
    )
    with op.batch_alter_table('transcript', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transcript_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_transcript_take_id'), ['take_id'], unique=False)

    op.create_table('transcript_prefix',
    sa.Column('take_id', sa.String(length=26), nullable=False),
    sa.Column('upload_id', sa.String(length=26), nullable=False),
    sa.Column('until', sa.Double(), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('engine', sa.JSON(), nullable=False),
    sa.Column('segments', sa.JSON(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_transcript_prefix_employer_id_employer')),
    sa.ForeignKeyConstraint(['take_id'], ['take.id'], name=op.f('fk_transcript_prefix_take_id_take')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transcript_prefix')),
    sa.UniqueConstraint('take_id', name=op.f('uq_transcript_prefix_take_id'))
    )
    with op.batch_alter_table('transcript_prefix', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transcript_prefix_employer_id'), ['employer_id'], unique=False)

    op.create_table('upload',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('take_id', sa.String(length=26), nullable=False),
    sa.Column('length', sa.BigInteger(), nullable=True),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.Column('meta', sa.JSON(), nullable=False),
    sa.Column('writer', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('terminated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_upload_employer_id_employer')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_upload_session_id_candidate_session')),
    sa.ForeignKeyConstraint(['take_id'], ['take.id'], name=op.f('fk_upload_take_id_take')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    sa.UniqueConstraint('take_id', name=op.f('uq_upload_take_id'))
    )
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_upload_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index('ix_upload_open', ['finished_at', 'touched_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_upload_session_id'), ['session_id'], unique=False)

    op.create_table('note',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('question_id', sa.String(length=26), nullable=True),
    sa.Column('criterion_id', sa.String(length=26), nullable=True),
    sa.Column('at_seconds', sa.Double(), nullable=True),
    sa.Column('take_id', sa.String(length=26), nullable=True),
    sa.Column('transcript_id', sa.String(length=26), nullable=True),
    sa.Column('quote_start', sa.Integer(), nullable=True),
    sa.Column('quote_end', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['criterion_id'], ['criterion.id'], name=op.f('fk_note_criterion_id_criterion')),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_note_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_note_member_id_member')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_note_question_id_question')),
    sa.ForeignKeyConstraint(['session_id'], ['candidate_session.id'], name=op.f('fk_note_session_id_candidate_session')),
    sa.ForeignKeyConstraint(['take_id'], ['take.id'], name=op.f('fk_note_take_id_take')),
    sa.ForeignKeyConstraint(['transcript_id'], ['transcript.id'], name=op.f('fk_note_transcript_id_transcript')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_note_session_id'), ['session_id'], unique=False)

    op.create_table('part',
    sa.Column('upload_id', sa.String(length=26), nullable=False),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_part_employer_id_employer')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_part_upload_id_upload')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_part')),
    sa.UniqueConstraint('upload_id', 'offset', name=op.f('uq_part_upload_id_offset'))
    )
    with op.batch_alter_table('part', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_part_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_part_upload_id'), ['upload_id'], unique=False)

    op.create_table('proposal_reply',
    sa.Column('proposal_id', sa.String(length=26), nullable=False),
    sa.Column('member_id', sa.String(length=26), nullable=False),
    sa.Column('reply', sa.String(length=10), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('employer_id', sa.String(length=26), nullable=False),
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_proposal_reply_employer_id_employer')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_proposal_reply_member_id_member')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_reply_proposal_id_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_reply')),
    sa.UniqueConstraint('proposal_id', 'member_id', name=op.f('uq_proposal_reply_proposal_id_member_id'))
    )
    with op.batch_alter_table('proposal_reply', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_reply_employer_id'), ['employer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_reply_proposal_id'), ['proposal_id'], unique=False)

    for statement in EXTRAS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TABLE IF EXISTS search_fts')
    with op.batch_alter_table('proposal_reply', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_reply_proposal_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_reply_employer_id'))

    op.drop_table('proposal_reply')
    with op.batch_alter_table('part', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_part_upload_id'))
        batch_op.drop_index(batch_op.f('ix_part_employer_id'))

    op.drop_table('part')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_session_id'))
        batch_op.drop_index(batch_op.f('ix_note_employer_id'))

    op.drop_table('note')
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_upload_session_id'))
        batch_op.drop_index('ix_upload_open')
        batch_op.drop_index(batch_op.f('ix_upload_employer_id'))

    op.drop_table('upload')
    with op.batch_alter_table('transcript_prefix', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transcript_prefix_employer_id'))

    op.drop_table('transcript_prefix')
    with op.batch_alter_table('transcript', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transcript_take_id'))
        batch_op.drop_index(batch_op.f('ix_transcript_employer_id'))

    op.drop_table('transcript')
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_score_scorecard_id'))
        batch_op.drop_index(batch_op.f('ix_score_employer_id'))
        batch_op.drop_index(batch_op.f('ix_score_criterion_id'))

    op.drop_table('score')
    with op.batch_alter_table('proposal_reveal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_reveal_run_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_reveal_member_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_reveal_employer_id'))

    op.drop_table('proposal_reveal')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_run_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_employer_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_criterion_id'))

    op.drop_table('proposal')
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_media_employer_id'))

    op.drop_table('media')
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_session_id'))
        batch_op.drop_index(batch_op.f('ix_mail_member_id'))
        batch_op.drop_index(batch_op.f('ix_mail_employer_id'))

    op.drop_table('mail')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_session_id'))
        batch_op.drop_index(batch_op.f('ix_answer_question_id'))
        batch_op.drop_index(batch_op.f('ix_answer_employer_id'))

    op.drop_table('answer')
    with op.batch_alter_table('view', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_view_session_id'))
        batch_op.drop_index(batch_op.f('ix_view_employer_id'))

    op.drop_table('view')
    with op.batch_alter_table('take', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_take_session_id'))
        batch_op.drop_index(batch_op.f('ix_take_question_id'))
        batch_op.drop_index(batch_op.f('ix_take_employer_id'))

    op.drop_table('take')
    with op.batch_alter_table('tag', schema=None) as batch_op:
        batch_op.drop_index('ix_tag_name')
        batch_op.drop_index(batch_op.f('ix_tag_employer_id'))

    op.drop_table('tag')
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_step_session_id'))
        batch_op.drop_index(batch_op.f('ix_step_employer_id'))

    op.drop_table('step')
    with op.batch_alter_table('search_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_search_entry_source')
        batch_op.drop_index(batch_op.f('ix_search_entry_session_id'))
        batch_op.drop_index(batch_op.f('ix_search_entry_employer_id'))

    op.drop_table('search_entry')
    with op.batch_alter_table('scorecard', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scorecard_session_id'))
        batch_op.drop_index(batch_op.f('ix_scorecard_member_id'))
        batch_op.drop_index(batch_op.f('ix_scorecard_employer_id'))

    op.drop_table('scorecard')
    with op.batch_alter_table('proposal_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_run_session_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_run_employer_id'))

    op.drop_table('proposal_run')
    with op.batch_alter_table('invite', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invite_session_id'))
        batch_op.drop_index('ix_invite_list')
        batch_op.drop_index(batch_op.f('ix_invite_interview_id'))
        batch_op.drop_index(batch_op.f('ix_invite_employer_id'))

    op.drop_table('invite')
    with op.batch_alter_table('inquiry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inquiry_session_id'))
        batch_op.drop_index(batch_op.f('ix_inquiry_employer_id'))

    op.drop_table('inquiry')
    with op.batch_alter_table('guest_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_guest_link_session_id'))
        batch_op.drop_index(batch_op.f('ix_guest_link_employer_id'))

    op.drop_table('guest_link')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_session_id'))
        batch_op.drop_index(batch_op.f('ix_decision_employer_id'))

    op.drop_table('decision')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_session_id'))
        batch_op.drop_index(batch_op.f('ix_consent_employer_id'))

    op.drop_table('consent')
    with op.batch_alter_table('accommodation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accommodation_employer_id'))

    op.drop_table('accommodation')
    with op.batch_alter_table('candidate_session', schema=None) as batch_op:
        batch_op.drop_index('ix_candidate_session_unscored')
        batch_op.drop_index('ix_candidate_session_sample')
        batch_op.drop_index('ix_candidate_session_ranked')
        batch_op.drop_index('ix_candidate_session_newest')
        batch_op.drop_index('ix_candidate_session_interview_unscored')
        batch_op.drop_index('ix_candidate_session_interview_state')
        batch_op.drop_index('ix_candidate_session_interview_sample')
        batch_op.drop_index('ix_candidate_session_interview_newest')
        batch_op.drop_index('ix_candidate_session_interview_due')
        batch_op.drop_index(batch_op.f('ix_candidate_session_employer_id'))
        batch_op.drop_index('ix_candidate_session_due')
        batch_op.drop_index('ix_candidate_session_counts')
        batch_op.drop_index(batch_op.f('ix_candidate_session_candidate_id'))
        batch_op.drop_index('ix_candidate_session_assigned', sqlite_where=sa.text('assignee_id IS NOT NULL'), postgresql_where=sa.text('assignee_id IS NOT NULL'))
        batch_op.drop_index('ix_candidate_session_addenda', sqlite_where=sa.text('addendum_to_id IS NOT NULL'), postgresql_where=sa.text('addendum_to_id IS NOT NULL'))

    op.drop_table('candidate_session')
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_version_id'))
        batch_op.drop_index(batch_op.f('ix_question_employer_id'))

    op.drop_table('question')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_employer_id'))

    op.drop_table('notice')
    with op.batch_alter_table('embed', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_embed_interview_id'))
        batch_op.drop_index(batch_op.f('ix_embed_employer_id'))

    op.drop_table('embed')
    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_criterion_version_id'))
        batch_op.drop_index(batch_op.f('ix_criterion_employer_id'))

    op.drop_table('criterion')
    with op.batch_alter_table('seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_seat_member_id'))
        batch_op.drop_index(batch_op.f('ix_seat_employer_id'))

    op.drop_table('seat')
    with op.batch_alter_table('onlooker', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_onlooker_employer_id'))

    op.drop_table('onlooker')
    with op.batch_alter_table('interview_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_interview_version_interview_id'))
        batch_op.drop_index(batch_op.f('ix_interview_version_employer_id'))

    op.drop_table('interview_version')
    with op.batch_alter_table('saved_filter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_saved_filter_employer_id'))

    op.drop_table('saved_filter')
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_member_id'))
        batch_op.drop_index(batch_op.f('ix_login_employer_id'))

    op.drop_table('login')
    with op.batch_alter_table('interview', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_interview_opening_id'))
        batch_op.drop_index(batch_op.f('ix_interview_employer_id'))

    op.drop_table('interview')
    with op.batch_alter_table('rubric', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rubric_employer_id'))

    op.drop_table('rubric')
    with op.batch_alter_table('proposer_model', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposer_model_fingerprint'))
        batch_op.drop_index(batch_op.f('ix_proposer_model_employer_id'))

    op.drop_table('proposer_model')
    with op.batch_alter_table('opening', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_opening_employer_id'))

    op.drop_table('opening')
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_member_employer_id'))

    op.drop_table('member')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_subject_id'))
        batch_op.drop_index('ix_job_served')
        batch_op.drop_index('ix_job_next')
        batch_op.drop_index(batch_op.f('ix_job_employer_id'))

    op.drop_table('job')
    with op.batch_alter_table('clip', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clip_employer_id'))

    op.drop_table('clip')
    with op.batch_alter_table('candidate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_candidate_employer_id'))
        batch_op.drop_index(batch_op.f('ix_candidate_email'))

    op.drop_table('candidate')
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_event_subject_id'))
        batch_op.drop_index(batch_op.f('ix_audit_event_employer_id'))

    op.drop_table('audit_event')
    op.drop_table('employer')
