//! The settings for fetching documents of an issuer: root certificates, proxy, and hosts without TLS.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, Proxy, Url, redirect::Policy};

use super::address::{Hosts, is_on_loopback};
use crate::shown;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The program's settings for requests to one issuer.
#[derive(Clone, Default)]
pub(crate) struct Transport {
    plain: Hosts,
    /// The root certificates, in PEM.
    roots: Vec<String>,
    proxy: Option<String>,
}

impl Transport {
    pub(crate) fn add_http_host(&mut self, host: &str) -> Result<(), String> {
        self.plain.add_of("http", host, "http_hosts")
    }

    pub(crate) fn add_roots(&mut self, pem: String) {
        self.roots.push(pem);
    }

    pub(crate) fn set_proxy(&mut self, url: String) {
        self.proxy = Some(url);
    }

    /// Tells whether the program allows requests without TLS to the host of `url`.
    pub(crate) fn is_plain(&self, url: &Url) -> bool {
        url.scheme() == "http" && self.plain.have(url)
    }

    /// Lists the problems of the settings. The list contains no certificates. The list does not contain the whole URL
    /// of a proxy, because the URL can contain a password.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.roots.iter().any(|pem| certificates(pem).is_none()) {
            problems.push(
                "a root certificate cannot be read; write it as PEM, beginning with `-----BEGIN CERTIFICATE-----`"
                    .to_owned(),
            );
        }
        if let Some(url) = &self.proxy
            && Proxy::all(url).is_err()
        {
            let shown = shown::url(url);
            problems.push(format!(
                "`{shown}` is not the URL of a proxy; write one such as `http://proxy.example.com:3128`"
            ));
        }
        problems
    }

    /// Makes a client. Callers that send few requests make a new client for each request, because an old client would
    /// not use newly installed root certificates. An old client might also try to use the connections of a runtime that
    /// has ended.
    pub(crate) fn client_for(&self, url: &Url) -> reqwest::Result<Client> {
        let mut client = Client::builder()
            .user_agent(concat!("scopegate/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT);
        if is_on_loopback(url) {
            // Through a proxy, the request would reach another machine.
            client = client.no_proxy();
        } else if let Some(proxy) = &self.proxy {
            client = client.proxy(Proxy::all(proxy)?);
        }
        if url.scheme() == "https" {
            return self.trusting(client).build();
        }
        // Requests without TLS need no root certificates, and reading root certificates takes long.
        client.tls_certs_only([]).build()
    }

    fn trusting(&self, client: ClientBuilder) -> ClientBuilder {
        let roots = self.roots.iter().filter_map(|pem| certificates(pem)).flatten();
        client.tls_certs_merge(roots)
    }
}

fn certificates(pem: &str) -> Option<Vec<Certificate>> {
    Certificate::from_pem_bundle(pem.as_bytes()).ok().filter(|roots| !roots.is_empty())
}
