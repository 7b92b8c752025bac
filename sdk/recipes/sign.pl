#!/usr/bin/env perl
# Signs imgseal URLs with Perl's core modules. Copy sign_image_url; what follows it is its check.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use Encode ();
use MIME::Base64 qw(decode_base64url encode_base64url);

# Path and query of a signed URL, to be put behind the origin.
#
# $source: the key of the picture as characters, not encoded; $key: "k" of the JWK; expires: unix seconds.
# Dies for what the edge would refuse.
sub sign_image_url {
    my ($preset, $source, $kid, $key, %claim) = @_;
    my ($expires, $version) = @claim{qw(expires version)};
    my $secret = decode_base64url($key);
    my $octets = Encode::encode('UTF-8', $source, Encode::FB_CROAK | Encode::LEAVE_SRC);
    (my $path = $octets) =~ s{([^A-Za-z0-9._~/-])}{sprintf '%%%02X', ord $1}ge;
    die "not a preset, source key, key, expiry or version of imgseal\n"
        if $preset !~ /\A[a-z][a-z0-9-]{0,31}\z/
        || length($octets) > 850
        || $path =~ m{(\A|/)\.{0,2}(/|\z)|%([01][0-9A-F]|7F|5C)}
        || $kid !~ /\A[A-Za-z0-9_-]{1,32}\z/
        || length($secret) < 32
        || (defined $expires && $expires !~ /\A[1-9][0-9]{0,11}\z/)
        || (defined $version && $version !~ /\A[A-Za-z0-9_-]{1,64}\z/);

    my $claims = join '&', (defined $expires ? "exp=$expires" : ()), (defined $version ? "ver=$version" : ());
    my $target = "/$preset/$path" . ($claims eq '' ? '' : "?$claims");
    my $header = encode_base64url(qq({"alg":"HS256","b64":false,"crit":["b64"],"kid":"$kid"}));
    my $signature = encode_base64url(hmac_sha256("$header.$target", $secret));
    return $target . ($claims eq '' ? '?' : '&') . "kid=$kid&sig=$signature";
}

sub check {
    my ($file) = @_;
    my $passed = 0;
    open my $rows, '<', $file or die "$file: $!\n";
    while (my $line = <$rows>) {
        chomp $line;
        my ($name, $kid, $key, $preset, $source, $expires, $version, $expected) =
            map { $_ eq '.' ? undef : $_ } split /\t/, $line;
        # A key that is no UTF-8 is refused here: it has no characters.
        my $received = eval {
            my $text = Encode::decode('UTF-8', pack('H*', $source // ''), Encode::FB_CROAK);
            sign_image_url($preset, $text, $kid, $key, expires => $expires, version => $version);
        } // 'refused';
        if ($received ne $expected) {
            print STDERR "$name\nexpected $expected\nreceived $received\n";
            exit 1;
        }
        $passed++;
    }
    print "pass $passed\n";
}

check($ARGV[0]) unless caller;
