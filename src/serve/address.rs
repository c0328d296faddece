//! The names under which browsers may call this server. A page of another site whose name was made to
//! lead here (DNS rebinding) calls it by its own name, and is refused.

use std::net::SocketAddr;

/// `Host` headers that are ours, and so the origins.
#[derive(Clone, Debug)]
pub struct Names {
    hosts: Vec<String>,
}

impl Names {
    /// Those of loopback, of the address itself, and of `more` names, with the port.
    pub fn new(local: SocketAddr, more: &[String]) -> Names {
        let port = local.port();
        let mut hosts: Vec<String> = Vec::new();
        if !local.ip().is_unspecified() {
            hosts.push(local.to_string());
        }
        for name in ["127.0.0.1", "localhost", "[::1]"] {
            hosts.push(format!("{name}:{port}"));
        }
        for name in more {
            let name = name.to_ascii_lowercase();
            hosts.push(format!("{name}:{port}"));
            if port == 80 {
                hosts.push(name);
            }
        }
        Names { hosts }
    }

    /// The one to tell the user.
    pub fn spoken(&self) -> &str {
        &self.hosts[0]
    }

    /// True for a `Host` header that is ours.
    pub fn has_host(&self, host: &str) -> bool {
        self.hosts
            .iter()
            .any(|ours| ours.eq_ignore_ascii_case(host))
    }

    /// True for an `Origin` header that is ours.
    pub fn has_origin(&self, origin: &str) -> bool {
        origin
            .strip_prefix("http://")
            .is_some_and(|host| self.has_host(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_ours() {
        let names = Names::new(([127, 0, 0, 1], 8642).into(), &["box.lan".to_owned()]);
        for host in [
            "127.0.0.1:8642",
            "localhost:8642",
            "LOCALHOST:8642",
            "[::1]:8642",
            "box.lan:8642",
        ] {
            assert!(names.has_host(host), "{host}");
            assert!(names.has_origin(&format!("http://{host}")), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "127.0.0.1:8643",
            "evil.example:8642",
            "localhost.evil.example:8642",
            "evil.example#localhost:8642",
        ] {
            assert!(!names.has_host(host), "{host}");
            assert!(!names.has_origin(&format!("http://{host}")), "{host}");
        }
        assert!(!names.has_origin("https://localhost:8642"));
        assert!(!names.has_origin("null"));
    }

    #[test]
    fn every_address_is_no_name() {
        let names = Names::new(([0, 0, 0, 0], 8642).into(), &[]);
        assert_eq!(names.spoken(), "127.0.0.1:8642");
        assert!(!names.has_host("0.0.0.0:8642"));
    }
}
