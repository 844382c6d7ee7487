"""Who may sign in: a user pool that only an administrator adds people to."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.nag import acknowledge

GROUPS = {"admin": "May change experiments and erase customers.", "viewer": "May read."}


class SignIn(Construct):
    """The user pool, its two groups, and the client that tools sign in with."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._build_pool()
        self.client = self.pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(admin_user_password=True, user_srp=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            disable_o_auth=True,
            id_token_validity=Duration.hours(1),
            access_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(7),
        )
        for name, description in GROUPS.items():
            self.pool.add_group(name.capitalize(), group_name=name, description=description)

    def _build_pool(self) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Users",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            pool,
            "COG2",
            "A second factor (an authenticator app) is offered to everyone. Requiring it would shut out the "
            "scripts that sign in through the admin flow, which already takes the caller's IAM credentials.",
        )
        acknowledge(
            pool,
            "COG8",
            "The Plus plan bills for each user. A handful of analysts whom an administrator invites, with "
            "long passwords and a second factor on offer, do not need its risk scoring of public sign-ups.",
        )
        return pool
