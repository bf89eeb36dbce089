"""Open event streams end with the session that opened them, whichever way it ends, and with a suspension.

The database says so itself: sign-out, a session ended elsewhere, a new password, an administrator's
decision and an expired session all come down to these two changes. The session is named by a digest,
because everybody who listens could read its key.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION live_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('relasi_live', json_build_object(
        'topic', 'session', 'session', encode(sha256(convert_to(OLD.session_key, 'UTF8')), 'hex'))::text);
    RETURN NULL;
END $$;
CREATE TRIGGER live_session_ended AFTER DELETE ON django_session
    FOR EACH ROW EXECUTE FUNCTION live_session_ended();

CREATE FUNCTION live_user_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('relasi_live', json_build_object(
        'topic', 'session', 'to', json_build_array(NEW.id))::text);
    RETURN NULL;
END $$;
CREATE TRIGGER live_user_stopped AFTER UPDATE OF status ON users_user
    FOR EACH ROW WHEN (NEW.status <> 'active' AND OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION live_user_stopped();
"""

BACKWARD = """
DROP TRIGGER live_user_stopped ON users_user;
DROP FUNCTION live_user_stopped();
DROP TRIGGER live_session_ended ON django_session;
DROP FUNCTION live_session_ended();
"""


class Migration(migrations.Migration):
    dependencies = [("sessions", "0001_initial"), ("users", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
