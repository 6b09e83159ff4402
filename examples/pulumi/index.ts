import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const domain = config.require("domain");
const instances = config.requireNumber("instances");
const apiToken = config.requireSecret("apiToken");
const cacheHours = config.requireNumber("cacheHours");

const assets = new aws.s3.BucketV2(`assets-${pulumi.getStack()}`);

export const summary = pulumi.interpolate`${instances} instances for ${domain}, assets in ${assets.bucket} for ${cacheHours} h`;
export const token = apiToken;
