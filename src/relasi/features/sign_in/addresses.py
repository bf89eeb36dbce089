"""Addresses of signing in and of one's own security. What we do not want of the library has no address."""

from __future__ import annotations

from django.urls import path

from relasi.features.sign_in import passwords, views


def patterns() -> list[object]:
    return [
        path("login/", views.SignInPage.as_view(), name="account_login"),
        path("login/confirm/", views.SecondStep.as_view(), name="mfa_authenticate"),
        path("login/passkey/", views.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
        path("logout/", views.SignOut.as_view(), name="account_logout"),
        path("password/forgotten/", passwords.forgotten, name="account_reset_password"),
        path("password/choose/<slug:purpose>/<str:token>/", passwords.choose, name="choose_password"),
        path("security/", views.Security.as_view(), name="mfa_index"),
        path("security/sessions/", views.EndSessions.as_view(), name="end_sessions"),
        path("security/password/", views.ChangePassword.as_view(), name="account_change_password"),
        path("security/confirm/", views.Confirm.as_view(), name="account_reauthenticate"),
        path("security/confirm/code/", views.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
        path(
            "security/confirm/passkey/", views.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"
        ),
        path("security/app/", views.TurnOnApp.as_view(), name="mfa_activate_totp"),
        path("security/app/off/", views.TurnOffApp.as_view(), name="mfa_deactivate_totp"),
        path("security/codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
        path("security/codes/new/", views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
        path(
            "security/codes/file/", views.DownloadRecoveryCodes.as_view(), name="mfa_download_recovery_codes"
        ),
        path("security/passkeys/", views.Passkeys.as_view(), name="mfa_list_webauthn"),
        path("security/passkeys/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
        path("security/passkeys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
        path("security/passkeys/<int:pk>/name/", views.RenamePasskey.as_view(), name="mfa_edit_webauthn"),
    ]
