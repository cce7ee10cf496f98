"""What is remembered. One noun a file; nothing here decides anything."""

from models.answer import Answer, Take
from models.audit import AuditEvent
from models.base import EVERY_EMPLOYER, Base, DataError, TenantUnset, UTCDateTime, db, is_reachable, new_id, serve, truncate_log
from models.candidate import Accommodation, Candidate, CandidateSession, Consent, Inquiry, Invite, Notice, Step
from models.clip import Clip
from models.employer import Employer, Login, Member
from models.guest import GuestLink
from models.interview import Criterion, Embed, Interview, InterviewVersion, Opening, Question
from models.job import Job
from models.mail import Mail
from models.media import Media
from models.proposal import Proposal, ProposalReply, ProposalReveal, ProposalRun, ProposerModel
from models.review import Decision, Note, Score, Scorecard, View
from models.rubric import Rubric
from models.saved_filter import SavedFilter
from models.search import SearchEntry
from models.seat import Onlooker, Seat, beyond_seats, limit
from models.sessions import Session, Sessions, one_session
from models.tag import Tag
from models.transcript import Transcript, TranscriptPrefix
from models.upload import Part, Upload

__all__ = [
    "EVERY_EMPLOYER",
    "Accommodation",
    "Answer",
    "AuditEvent",
    "Base",
    "Candidate",
    "CandidateSession",
    "Clip",
    "Consent",
    "Criterion",
    "DataError",
    "Decision",
    "Embed",
    "Employer",
    "GuestLink",
    "Inquiry",
    "Interview",
    "InterviewVersion",
    "Invite",
    "Job",
    "Login",
    "Mail",
    "Media",
    "Member",
    "Note",
    "Notice",
    "Onlooker",
    "Opening",
    "Part",
    "Proposal",
    "ProposalReply",
    "ProposalReveal",
    "ProposalRun",
    "ProposerModel",
    "Question",
    "Rubric",
    "SavedFilter",
    "Score",
    "Scorecard",
    "SearchEntry",
    "Seat",
    "Session",
    "Sessions",
    "Step",
    "Tag",
    "Take",
    "TenantUnset",
    "Transcript",
    "TranscriptPrefix",
    "UTCDateTime",
    "Upload",
    "View",
    "beyond_seats",
    "db",
    "is_reachable",
    "limit",
    "new_id",
    "one_session",
    "serve",
    "truncate_log",
]
