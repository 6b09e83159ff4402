//! The table of token shapes.

use super::GOOGLE;

/// A token that begins with known text.
#[derive(Debug)]
pub(super) struct Shape {
    /// The known text.
    pub prefix: &'static str,
    /// What the rest consists of.
    pub set: Set,
    /// The rest's least length in bytes.
    pub min: usize,
    /// Its greatest length.
    pub max: usize,
    /// What it is, with its article.
    pub what: &'static str,
    /// How many characters of the token stand before the known text.
    pub lead: usize,
    /// Whether it only says whose key it is, and lets nobody in.
    pub is_id: bool,
}

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Capital,
    /// Hexadecimal digits with small letters.
    Hex,
    /// Letters, digits and `_`.
    Word,
    /// Letters, digits and `-`.
    Dash,
    /// Base64url: letters, digits, `-` and `_`.
    Url,
    /// The same with dots.
    Dotted,
    /// The same with `=` at the end.
    Padded,
    /// The same with `~` and dots.
    Tilde,
    /// Base64: letters, digits, `+`, `/`, `=`, `-` and `_`.
    Base64,
    /// The path of an address.
    Path,
    /// The same with `@`.
    Address,
}

impl Set {
    /// Whether a byte is one of the set.
    pub(super) fn has(self, byte: u8) -> bool {
        let more: &[u8] = match self {
            Set::Hex => return matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Set::Capital => return matches!(byte, b'0'..=b'9' | b'A'..=b'Z'),
            Set::Alnum => b"",
            Set::Word => b"_",
            Set::Dash => b"-",
            Set::Url => b"-_",
            Set::Dotted => b"-_.",
            Set::Padded => b"-_=",
            Set::Tilde => b"-_.~",
            Set::Base64 => b"+/=-_",
            Set::Path => b"/-_",
            Set::Address => b"/-_@",
        };
        byte.is_ascii_alphanumeric() || more.contains(&byte)
    }
}

const fn shape(
    prefix: &'static str,
    set: Set,
    (min, max): (usize, usize),
    what: &'static str,
) -> Shape {
    Shape {
        prefix,
        set,
        min,
        max,
        what,
        lead: 0,
        is_id: false,
    }
}

/// The public half of a pair: the secret is another text.
const fn id(prefix: &'static str, set: Set, lengths: (usize, usize), what: &'static str) -> Shape {
    Shape {
        is_id: true,
        ..shape(prefix, set, lengths, what)
    }
}

/// All shapes.
pub(super) const SHAPES: &[Shape] = &[
    id(
        "AKIA",
        Set::Capital,
        (16, 16),
        "the ID of an AWS access key",
    ),
    id(
        "ASIA",
        Set::Capital,
        (16, 16),
        "the ID of an AWS access key",
    ),
    id(
        "ABIA",
        Set::Capital,
        (16, 16),
        "the ID of an AWS access key",
    ),
    id(
        "ACCA",
        Set::Capital,
        (16, 16),
        "the ID of an AWS access key",
    ),
    shape("ghp_", Set::Word, (36, 251), "a GitHub token"),
    shape("gho_", Set::Word, (36, 251), "a GitHub token"),
    shape("ghu_", Set::Word, (36, 251), "a GitHub token"),
    shape("ghs_", Set::Word, (36, 251), "a GitHub token"),
    shape("ghr_", Set::Word, (36, 251), "a GitHub token"),
    shape("github_pat_", Set::Word, (60, 251), "a GitHub token"),
    shape("glpat-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("gldt-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glptt-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glrt-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glcbt-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("gloas-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glsoat-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glimt-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glagent-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glft-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("glffct-", Set::Dotted, (20, 300), "a GitLab token"),
    shape("xoxb-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxp-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxa-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxr-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxs-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxe-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxe.xoxp-", Set::Dash, (20, 300), "a Slack token"),
    shape("xoxe.xoxb-", Set::Dash, (20, 300), "a Slack token"),
    shape("xapp-", Set::Dash, (20, 300), "a Slack token"),
    shape(
        "https://hooks.slack.com/services/",
        Set::Path,
        (30, 100),
        "a Slack webhook",
    ),
    shape(
        "https://hooks.slack.com/workflows/",
        Set::Path,
        (30, 120),
        "a Slack webhook",
    ),
    shape(
        "https://discord.com/api/webhooks/",
        Set::Path,
        (60, 120),
        "a Discord webhook",
    ),
    shape(
        "https://discordapp.com/api/webhooks/",
        Set::Path,
        (60, 120),
        "a Discord webhook",
    ),
    shape(
        "https://canary.discord.com/api/webhooks/",
        Set::Path,
        (60, 120),
        "a Discord webhook",
    ),
    shape(
        "https://ptb.discord.com/api/webhooks/",
        Set::Path,
        (60, 120),
        "a Discord webhook",
    ),
    // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
    shape(
        ".webhook.office.com/webhookb2/",
        Set::Address,
        (100, 300),
        "a Teams webhook",
    ),
    shape(
        "https://outlook.office.com/webhook/",
        Set::Address,
        (100, 300),
        "a Teams webhook",
    ),
    shape("AIza", Set::Url, (35, 35), GOOGLE),
    shape("GOCSPX-", Set::Url, (28, 28), "a Google client secret"),
    shape("ya29.", Set::Url, (30, 500), "a Google access token"),
    shape("sk_live_", Set::Alnum, (10, 250), "a Stripe key"),
    shape("rk_live_", Set::Alnum, (10, 250), "a Stripe key"),
    shape("sk_test_", Set::Alnum, (10, 250), "a Stripe key"),
    shape("rk_test_", Set::Alnum, (10, 250), "a Stripe key"),
    shape("whsec_", Set::Base64, (24, 100), "a webhook secret"),
    shape("npm_", Set::Alnum, (36, 36), "an npm token"),
    shape("pypi-AgEIcHlwaS5vcmc", Set::Url, (50, 500), "a PyPI token"),
    shape(
        "pypi-AgENdGVzdC5weXBpLm9yZ",
        Set::Url,
        (50, 500),
        "a PyPI token",
    ),
    shape("rubygems_", Set::Hex, (48, 48), "a RubyGems key"),
    shape("dckr_pat_", Set::Url, (27, 27), "a Docker token"),
    shape("dckr_oat_", Set::Url, (27, 40), "a Docker token"),
    shape("hvs.", Set::Url, (20, 300), "a Vault token"),
    shape("hvb.", Set::Url, (60, 300), "a Vault token"),
    shape("hvr.", Set::Url, (20, 300), "a Vault token"),
    shape("sk-ant-", Set::Url, (30, 200), "an Anthropic key"),
    shape("sk-proj-", Set::Url, (40, 250), "an OpenAI key"),
    shape("sk-svcacct-", Set::Url, (40, 250), "an OpenAI key"),
    shape("sk-admin-", Set::Url, (40, 250), "an OpenAI key"),
    shape("sk-or-v1-", Set::Hex, (64, 64), "an OpenRouter key"),
    shape("sk-", Set::Alnum, (32, 64), "an API key"),
    shape("gsk_", Set::Alnum, (52, 52), "a Groq key"),
    shape("xai-", Set::Alnum, (70, 90), "an xAI key"),
    shape("r8_", Set::Alnum, (37, 40), "a Replicate token"),
    shape("nvapi-", Set::Url, (60, 80), "an NVIDIA key"),
    shape("pplx-", Set::Alnum, (40, 60), "a Perplexity key"),
    shape("hf_", Set::Alnum, (34, 40), "a Hugging Face token"),
    shape("api_org_", Set::Alnum, (34, 40), "a Hugging Face token"),
    shape("SG.", Set::Dotted, (60, 80), "a SendGrid key"),
    shape("key-", Set::Hex, (32, 32), "a Mailgun key"),
    shape("SK", Set::Hex, (32, 32), "a Twilio key"),
    shape("dapi", Set::Hex, (32, 34), "a Databricks token"),
    shape("dose", Set::Hex, (32, 34), "a Databricks token"),
    Shape {
        lead: 14,
        ..shape(".atlasv1.", Set::Url, (60, 80), "a Terraform token")
    },
    shape("dop_v1_", Set::Hex, (64, 64), "a DigitalOcean token"),
    shape("doo_v1_", Set::Hex, (64, 64), "a DigitalOcean token"),
    shape("dor_v1_", Set::Hex, (64, 64), "a DigitalOcean token"),
    shape("AGE-SECRET-KEY-1", Set::Capital, (58, 58), "an age key"),
    shape("PMAK-", Set::Dash, (50, 64), "a Postman key"),
    shape("shpat_", Set::Hex, (32, 32), "a Shopify token"),
    shape("shpss_", Set::Hex, (32, 32), "a Shopify token"),
    shape("shpca_", Set::Hex, (32, 32), "a Shopify token"),
    shape("shppa_", Set::Hex, (32, 32), "a Shopify token"),
    shape("sq0atp-", Set::Url, (22, 22), "a Square token"),
    shape("sq0csp-", Set::Url, (43, 43), "a Square secret"),
    shape("lin_api_", Set::Alnum, (40, 48), "a Linear key"),
    shape("ntn_", Set::Alnum, (40, 60), "a Notion token"),
    shape("figd_", Set::Url, (38, 60), "a Figma token"),
    shape("NRAK-", Set::Capital, (27, 27), "a New Relic key"),
    shape("glsa_", Set::Word, (40, 48), "a Grafana token"),
    shape("glc_eyJ", Set::Base64, (40, 500), "a Grafana token"),
    shape("eyJrIjoi", Set::Base64, (50, 400), "a Grafana key"),
    shape("dp.pt.", Set::Alnum, (40, 44), "a Doppler token"),
    shape("dp.sa.", Set::Alnum, (40, 44), "a Doppler token"),
    shape("dp.ct.", Set::Alnum, (40, 44), "a Doppler token"),
    shape("dp.st.", Set::Dotted, (40, 80), "a Doppler token"),
    shape("pul-", Set::Hex, (40, 40), "a Pulumi token"),
    shape("sntrys_", Set::Base64, (60, 400), "a Sentry token"),
    shape("sntryu_", Set::Hex, (64, 64), "a Sentry token"),
    shape("ops_eyJ", Set::Base64, (100, 1500), "a 1Password token"),
    id(
        "LTAI",
        Set::Alnum,
        (12, 24),
        "the ID of an Alibaba access key",
    ),
    id(
        "SCW",
        Set::Capital,
        (17, 17),
        "the ID of a Scaleway access key",
    ),
    shape("CCIPAT_", Set::Word, (40, 70), "a CircleCI token"),
    shape("ATATT3", Set::Padded, (180, 200), "an Atlassian token"),
    shape("ATCTT3", Set::Padded, (180, 200), "an Atlassian token"),
    shape("ATBB", Set::Alnum, (32, 32), "a Bitbucket password"),
    shape("squ_", Set::Hex, (40, 40), "a SonarQube token"),
    shape("sqp_", Set::Hex, (40, 40), "a SonarQube token"),
    shape("sqa_", Set::Hex, (40, 40), "a SonarQube token"),
    shape("dt0c01.", Set::Dotted, (80, 100), "a Dynatrace token"),
    shape("AKCp", Set::Alnum, (60, 80), "an Artifactory key"),
    shape("cmVmdGtu", Set::Alnum, (50, 70), "an Artifactory token"),
    shape("tskey-", Set::Dash, (20, 80), "a Tailscale key"),
    shape("HRKU-", Set::Url, (36, 70), "a Heroku key"),
    shape("HEROKU-API-KEY-", Set::Dash, (36, 36), "a Heroku key"),
    shape("bkua_", Set::Hex, (40, 40), "a Buildkite token"),
    shape("cio", Set::Alnum, (32, 32), "a crates.io token"),
    shape("v1.0-", Set::Padded, (140, 400), "a Cloudflare origin key"),
    Shape {
        lead: 4,
        ..shape("Q~", Set::Tilde, (31, 34), "an Azure client secret")
    },
];
