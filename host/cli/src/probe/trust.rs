//! Whom TLS trusts: the system's certificate authorities, or those of a file.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, ensure};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, pem::PemObject as _},
    },
};

/// TLS 1.2 and 1.3 with HTTP/1.1 over it. With `authorities`, a PEM file, only those in it are trusted.
pub(super) fn connector(authorities: Option<&Path>) -> anyhow::Result<TlsConnector> {
    let roots = authorities.map_or_else(system, of_file)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn system() -> anyhow::Result<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    let why = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
    ensure!(!roots.is_empty(), "this system has no certificate authorities{why}; --ca FILE names some");
    Ok(roots)
}

fn of_file(file: &Path) -> anyhow::Result<RootCertStore> {
    let place = || format!("--ca {}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).with_context(place)? {
        roots.add(certificate.with_context(place)?).with_context(place)?;
    }
    ensure!(!roots.is_empty(), "{}: expected certificates in PEM, found none", place());
    Ok(roots)
}
